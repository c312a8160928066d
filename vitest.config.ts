/** How the tests run: two workers, so that the whole suite fits a small machine, and a last line that counts. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts', 'console/**/*.test.ts'],
    exclude: ['node_modules/**', 'dist/**'],
    pool: 'forks',
    // As bin/bellwether.js has it, and for its reason: without, one run of the store's tests in twenty ended by a signal.
    execArgv: ['--wasm-wrapper-tiering-budget=1000000000'],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 5_000,
    setupFiles: ['./tests/setup.ts'],
    reporters: ['default', './tests/count-reporter.ts'],
  },
})
