/** The page: one script and one style sheet with their hash in the name, and the document that names them. */
import { defineConfig, type UserConfig } from 'vite';

const config: UserConfig = defineConfig({
  root: 'web',
  // Relative, so that the page works under whatever path a proxy puts before `/dashboard/`.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // The policy of the page allows no inline script and no data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: false } },
  },
  logLevel: 'warn',
});

export default config;
