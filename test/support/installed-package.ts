import { execFile } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'

/** What a user has after installing: the tarball, and the `omni2` that npm made of it. */
export type InstalledPackage = {
  readonly tarball: string
  /** Everything in the tarball, without the `package/` before it. */
  readonly files: readonly string[]
  readonly program: string
}

const run = promisify(execFile)
const Packed = z.tuple([z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })])

/** Builds and packs this project, and installs the tarball alone into `folder`, offline. @throws when it needs anything else. */
export async function installPackage(folder: string): Promise<InstalledPackage> {
  const home = path.join(folder, 'home')
  await mkdir(home)
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder])
  // What the build prints stands before the answer.
  const [{ filename, files }] = Packed.parse(JSON.parse(stdout.slice(stdout.search(/^\[$/m))))
  const tarball = path.join(folder, filename)
  const env = { PATH: process.env.PATH, HOME: home }
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], { cwd: home, env })
  const installed = await readdir(path.join(home, 'node_modules'))
  const others = installed.filter((name) => name !== 'omni2' && !name.startsWith('.'))
  if (others.length > 0) throw new Error(`The package brings others along: ${others.join(', ')}`)
  return {
    tarball,
    files: files.map((file) => file.path),
    program: path.join(home, 'node_modules/omni2/bin/omni2.cjs'),
  }
}
