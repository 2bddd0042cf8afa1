import { spawn } from 'node:child_process'
import path from 'node:path'
import { build } from 'vite'

const root = path.join(import.meta.dirname, '..')

/** Rebuilds the dashboard whenever a file of it changes, beside an Omni2 that restarts when a file of its own does. */
await build({ root: path.join(root, 'src/web'), configFile: path.join(root, 'vite.config.ts'), build: { watch: {} } })
const serve = ['--watch', 'src/cli/main.ts', 'serve', '--log-level', 'debug', ...process.argv.slice(2)]
const omni2 = spawn(process.execPath, serve, { cwd: root, stdio: 'inherit' })
omni2.on('exit', (code) => process.exit(code ?? 0))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => omni2.kill(signal))
