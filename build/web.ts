import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.join(import.meta.dirname, '..')
const OUT = path.join(ROOT, 'dist/web')
const STAMP = path.join(OUT, '.stamp')
/** Everything the dashboard is built from. */
const SOURCES = ['src/{web,api,core}/**/*', 'build/*', 'vite.config.ts', 'package-lock.json']

if (!process.argv.includes('--if-stale') || !existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== stamp()) await build()

async function build(): Promise<void> {
  const vite = await import('vite').catch(() => undefined)
  // Installed without what is needed for development only: whoever did so brings the build along, or does without.
  if (!vite) return void process.stderr.write('The dashboard is not built: vite is not installed.\n')
  const before = stamp()
  // What is served is always what is shipped, also to tests.
  process.env.NODE_ENV = 'production'
  await vite.build({ root: path.join(ROOT, 'src/web'), configFile: path.join(ROOT, 'vite.config.ts') })
  writeFileSync(STAMP, before)
}

function stamp(): string {
  const hash = createHash('sha256')
  for (const file of globSync(SOURCES, { cwd: ROOT }).sort()) {
    const { mtimeMs, size } = statSync(path.join(ROOT, file))
    hash.update(`${file} ${mtimeMs} ${size}\n`)
  }
  return hash.digest('hex')
}
