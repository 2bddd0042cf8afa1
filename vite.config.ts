import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { precompress } from './build/precompress.ts'
import { themeCss } from './build/theme-css.ts'

export default defineConfig({
  root: path.join(import.meta.dirname, 'src/web'),
  plugins: [react(), themeCss(), precompress()],
  build: {
    outDir: path.join(import.meta.dirname, 'dist/web'),
    emptyOutDir: true,
    target: 'baseline-widely-available',
    // The policy of our pages takes fonts and scripts from files only.
    assetsInlineLimit: 0,
    license: { fileName: '.licenses.json' },
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // One chunk, so that zod is told not to compile before any chunk with a schema in it runs.
        codeSplitting: { groups: [{ name: 'zod', test: /\/node_modules\/zod\/|\/app\/jitless\.ts$/ }] },
      },
    },
  },
})
