/** How the console is bundled: hashed names, no inline script, nothing fetched from elsewhere, into dist/console. Kept
 *  beside the console so that the tests' own setting at the root stays as it is. */
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: folder('.'),
  base: '/',
  cacheDir: folder('../node_modules/.cache/console'),
  plugins: [react()],
  resolve: { alias: { '@uswds-files': folder('../node_modules/@uswds/uswds/dist') } },
  css: {
    preprocessorOptions: {
      scss: { loadPaths: [folder('../node_modules/@uswds/uswds/packages')], quietDeps: true },
    },
  },
  build: {
    outDir: folder('../dist/console'),
    emptyOutDir: true,
    target: 'es2023',
    // A font or picture inside a style sheet would count against the first load of every page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
})
