import { defineConfig } from 'vite'

/** Addresses are relative, so the page works under whatever path a proxy puts it. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/dashboard',
    emptyOutDir: true,
    target: 'es2023',
    // An image as data: in the style would need a wider policy than the page is served with.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
