import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'vite'
import { licensesText } from './licenses.ts'

const ROOT = path.join(import.meta.dirname, '..')
const DIST = path.join(ROOT, 'dist')

/**
 * Bundles server and command line with every package they use, so that the package has no dependencies. It lies as deep
 * below the root as a layer in `src`, and therefore finds `package.json` and the dashboard where the sources do.
 */
rmSync(path.join(DIST, 'server'), { recursive: true, force: true })
await build({
  root: ROOT,
  configFile: false,
  logLevel: 'warn',
  // Packages in CommonJS look for their own files with it. What comes of that is copied below.
  define: { __dirname: 'import.meta.dirname' },
  ssr: { noExternal: true },
  build: {
    ssr: true,
    target: 'node24',
    outDir: DIST,
    emptyOutDir: false,
    // Short names would spare 1 MiB of memory and cost every stack trace its meaning.
    minify: false,
    license: { fileName: '.licenses.json' },
    rolldownOptions: {
      input: {
        main: path.join(ROOT, 'src/cli/main.ts'),
        'sqlite-worker': path.join(ROOT, 'src/store/sqlite-worker.ts'),
        'schema-worker': path.join(ROOT, 'src/server/output-schema/schema-worker.ts'),
        'guardian-main': path.join(ROOT, 'src/mcp/stdio/guardian-main.ts'),
      },
      output: {
        entryFileNames: 'server/[name].js',
        chunkFileNames: 'server/[name]-[hash].js',
        // A text with one character beyond Latin-1 takes two bytes for each in memory.
        charset: 'ascii',
        comments: false,
      },
    },
  },
})
const bundles = [DIST, path.join(DIST, 'web')].map((folder) =>
  readFileSync(path.join(folder, '.licenses.json'), 'utf8'),
)
writeFileSync(path.join(DIST, 'THIRD-PARTY-LICENSES.md'), licensesText(bundles))
// Where `@fastify/swagger-ui` looks from within the bundle.
cpSync(path.join(ROOT, 'node_modules/@fastify/swagger-ui/static'), path.join(DIST, 'static'), { recursive: true })
