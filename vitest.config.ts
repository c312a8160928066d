/** How the tests run: two workers, so that the whole suite fits a small machine, and a last line that counts. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts', 'console/**/*.test.ts'],
    exclude: ['node_modules/**', 'dist/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 5_000,
    setupFiles: ['./tests/setup.ts'],
    reporters: ['default', './tests/count-reporter.ts'],
  },
})
