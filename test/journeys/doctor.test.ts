import { once } from 'node:events'
import { chmod, cp, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { version } from '../../src/cli/version.ts'
import { runCli } from '../support/cli-run.ts'
import { register, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { portOf } from '../support/ports.ts'

const Answer = z.object({
  ok: z.boolean(),
  findings: z.array(
    z.object({ topic: z.string(), level: z.string(), message: z.string(), next_action: z.string().nullable() }),
  ),
})
const PAGE_BYTES = 4_096
/** Found wherever these tests run. */
const COMMAND = { command: 'node', args: ['--version'] }

let folder: string
/** Of an Omni2 that has ended, with a command, a server on this machine, and one that needs a variable. */
let left: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'omni2-doctor-'))
  left = path.join(folder, 'left')
  await using omni2 = await Omni2.start({ dataDir: left })
  await register(omni2, 'command', COMMAND)
  await register(omni2, 'here', { url: 'http://127.0.0.1:9/' })
  await register(omni2, 'variable', { url: 'https://mcp.example.com/${env:OUR_PATH}' })
  const { id } = await register(omni2, 'off', { command: 'no-such-command', enabled: false })
  const events = async () => (await omni2.api.listEvents()).events
  await until(events, (all) => all.some(({ event_data }) => 'server_id' in event_data && event_data.server_id === id))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A copy of what was left, to be damaged. */
async function copyOfLeft(): Promise<string> {
  const copy = await mkdtemp(path.join(folder, 'copy-'))
  await cp(left, copy, { recursive: true })
  await chmod(copy, 0o700)
  return copy
}

/** Overwrites the page that `query` names, so that all others can still be read. */
async function destroyPage(file: string, query: string): Promise<void> {
  const db = new DatabaseSync(file)
  const page = Number(db.prepare(query).get()?.rootpage)
  db.close()
  const handle = await open(file, 'r+')
  await handle.write(Buffer.alloc(PAGE_BYTES, 0x5a), 0, PAGE_BYTES, (page - 1) * PAGE_BYTES)
  await handle.close()
}

async function doctor(dataDir: string, env: Readonly<Record<string, string>> = {}, words: readonly string[] = []) {
  const all = ['doctor', '--json', '--data-dir', dataDir, '--port', '0', ...words]
  const { code, out, err } = await runCli(all, {
    env: { PATH: process.env.PATH ?? '', OUR_PATH: 'mcp', OMNI2_URL: 'http://127.0.0.1:9', ...env },
  })
  expect(err).toBe('')
  const { ok, findings } = Answer.parse(JSON.parse(out))
  expect([ok, code]).toEqual(findings.some(({ level }) => level === 'problem') ? [false, 1] : [true, 0])
  const wrong = findings.filter(({ level }) => level === 'problem' || level === 'warning')
  return { findings, wrong: wrong.map(({ topic, level, message }) => `${topic} ${level}: ${message}`) }
}

test('where nothing was started yet nothing is wrong, and nothing is made', async () => {
  const { findings, wrong } = await doctor(path.join(folder, 'nothing'))
  expect(wrong).toEqual([])
  expect(findings.map(({ topic }) => topic)).toEqual(
    expect.arrayContaining([
      'version',
      'settings',
      'data',
      'disk',
      'omni2',
      'database',
      'key',
      'clock',
      'port',
      'server',
    ]),
  )
  expect(await readdir(folder)).not.toContain('nothing')
})

test('a running Omni2 is recognised by its lock, its port and its token', async () => {
  await using omni2 = await Omni2.start()
  const { port } = new URL(omni2.url)
  const env = { OMNI2_URL: omni2.url, OMNI2_TOKEN: omni2.adminToken }
  const { findings, wrong } = await doctor(omni2.dataDir, env, ['--port', port])
  expect(wrong).toEqual([])
  const messages = findings.map(({ topic, message }) => `${topic}: ${message}`)
  expect(messages).toEqual(
    expect.arrayContaining([
      `omni2: It runs, as process ${omni2.process.pid}`,
      `port: Omni2 listens on 127.0.0.1:${port}`,
      `server: ${omni2.url} answers and is ready`,
      'login: Signed in as OMNI2_ADMIN_TOKEN (admin)',
      expect.stringContaining(`version: Omni2 ${version()} on Node`),
    ]),
  )
  const refused = await doctor(omni2.dataDir, { ...env, OMNI2_TOKEN: `${omni2.adminToken}x` }, ['--port', port])
  expect(refused.wrong).toEqual([expect.stringContaining('login problem')])
  const elsewhere = await doctor(left, env, ['--port', port])
  expect(elsewhere.wrong).toEqual([`port problem: An Omni2 on another data folder listens on 127.0.0.1:${port}`])
})

test('what was left by an Omni2 that ended is well, and stays as it was', async () => {
  const before = await readdir(left)
  expect((await doctor(left)).wrong).toEqual([])
  expect(await readdir(left)).toEqual(before)
})

test('servers that could not be reached as things are here are named', async () => {
  const bare = await doctor(left, { PATH: folder, OUR_PATH: '' })
  expect(bare.wrong).toEqual(['servers problem: command: there is no command "node" on the PATH'])
  const { OUR_PATH: _, ...without } = { OUR_PATH: '', PATH: process.env.PATH ?? '' }
  const { code, out } = await runCli(['doctor', '--data-dir', left, '--port', '0'], { env: without })
  expect(code).toBe(1)
  expect(out).toContain('✗ servers   variable: the environment variable OUR_PATH is not set')
  const open = await doctor(left, { OMNI2_HOST: '0.0.0.0', OMNI2_ALLOWED_HOSTS: 'omni2' })
  expect(open.wrong).toEqual([
    'address warning: Tokens and sessions cross the network unencrypted',
    'servers problem: command: Commands may not be run here: bind Omni2 to 127.0.0.1 or set OMNI2_STDIO=allow',
    expect.stringContaining('servers problem: here: The address is not allowed: loopback'),
  ])
})

test('a key that is lost or another one is told before a start fails on it', async () => {
  const lost = await copyOfLeft()
  await rm(path.join(lost, 'omni2.key'))
  expect((await doctor(lost)).wrong).toEqual([
    expect.stringMatching(/^key problem: The key .* is missing: copy omni2.key/),
  ])
  expect(await readdir(lost)).not.toContain('omni2.key')
  const other = await doctor(left, { OMNI2_SECRET_KEY: 'not the one it was stored with' })
  expect(other.wrong).toEqual([expect.stringContaining('key problem: Stored credentials cannot be decrypted')])
  expect(other.findings.filter(({ topic }) => topic === 'servers')).toEqual([])
})

test('a database that is damaged, of a newer version, or away is told', async () => {
  const damaged = await copyOfLeft()
  await destroyPage(
    path.join(damaged, 'omni2.db'),
    "select rootpage from sqlite_schema where tbl_name = 'event' and type = 'index'",
  )
  expect((await doctor(damaged)).wrong).toEqual([expect.stringMatching(/^database problem: .*damaged/)])

  const newer = await copyOfLeft()
  const db = new DatabaseSync(path.join(newer, 'omni2.db'))
  db.exec("insert into kysely_migration (name, timestamp) values ('2030-01-01-later', '2030-01-01')")
  db.close()
  expect((await doctor(newer)).wrong).toEqual([expect.stringContaining('written by a newer version of Omni2')])

  const away = await doctor(left, { DATABASE_URL: 'postgres://omni2:hunter2-hunter2@127.0.0.1:1/omni2' })
  expect(away.wrong).toEqual(['database problem: PostgreSQL cannot be reached (ECONNREFUSED)'])
})

test('a setting, a port, a file of authorities and a folder that cannot be used are told', async () => {
  const other = createServer((socket) => socket.end('SSH-2.0-other\r\n')).listen(0, '127.0.0.1')
  onTestFinished(() => void other.close())
  await once(other, 'listening')
  const authorities = path.join(folder, 'ca.pem')
  await writeFile(authorities, 'nothing')
  const open = await copyOfLeft()
  await chmod(open, 0o755)
  await chmod(path.join(open, 'omni2.key'), 0o644)
  const { wrong } = await doctor(open, { OMNI2_CA_FILE: authorities, OMNI2_PROT: '1' }, ['--port', `${portOf(other)}`])
  expect(wrong).toEqual([
    'settings warning: OMNI2_PROT: unknown setting, ignored; did you mean OMNI2_PORT?',
    `data warning: ${open} is open to other users of this machine`,
    `key warning: ${open}/omni2.key can be read by other users of this machine`,
    `port problem: Another program listens on 127.0.0.1:${portOf(other)}`,
    `authorities problem: ${authorities} holds no certificate`,
  ])
  const settings = await doctor(left, { OMNI2_RETENTION_DAYS: 'many' })
  expect(settings.wrong).toEqual(["settings problem: OMNI2_RETENTION_DAYS: expected 1-3650 days, got 'many'"])
})
