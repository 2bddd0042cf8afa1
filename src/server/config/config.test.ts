import { expect, test } from 'vitest'
import { effectiveConfig, loadConfig } from './config.ts'

const files: Record<string, string> = {}
const load = (sources: { env?: Record<string, string>; flags?: Record<string, string>; yaml?: string }) =>
  loadConfig({
    env: sources.env ?? {},
    flags: { ...sources.flags, ...(sources.yaml === undefined ? {} : { config: 'omni2.yaml' }) },
    readFile: (path) => {
      const content = { ...files, 'omni2.yaml': sources.yaml }[path]
      if (content === undefined) throw new Error(`ENOENT: ${path}`)
      return content
    },
  })

test('everything has a default and only loopback is listened on', () => {
  expect(load({})).toMatchObject({
    host: '127.0.0.1',
    port: 8000,
    dataDir: './data',
    stdioAllowed: true,
    loopbackTargetsAllowed: true,
    retentionDays: 30,
    warnings: [],
  })
})

test('a flag beats the environment, which beats the file', () => {
  const yaml = 'port: 1\nhost: localhost\nretention_days: 7'
  expect(load({ yaml, env: { OMNI2_PORT: '2', OMNI2_HOST: '::1' }, flags: { port: '3' } })).toMatchObject({
    port: 3,
    host: '::1',
    retentionDays: 7,
  })
})

test('an empty variable counts as absent', () => {
  expect(load({ env: { OMNI2_PORT: '' } }).port).toBe(8000)
})

test.each([
  [{ env: { OMNI2_PORT: 'abc' } }, "OMNI2_PORT: expected 0-65535, got 'abc'"],
  [{ flags: { port: '70000' } }, "--port: expected 0-65535, got '70000'"],
  [{ yaml: 'port: x' }, "port in omni2.yaml: expected 0-65535, got 'x'"],
  [{ env: { OMNI2_STDIO: 'yes' } }, 'OMNI2_STDIO: expected "auto" (only while bound to loopback), "allow" or "deny"'],
  [{ env: { OMNI2_ALLOW_NETWORKS: '10.0.0.0/33' } }, 'OMNI2_ALLOW_NETWORKS: expected a list of addresses or CIDRs'],
  [{ env: { OMNI2_PUBLIC_URL: 'https://user:pw@omni.example/x' } }, 'OMNI2_PUBLIC_URL: expected an http'],
  [{ env: { OMNI2_TRUSTED_PROXIES: 'all' } }, 'OMNI2_TRUSTED_PROXIES: expected a number of hops'],
  [{ yaml: 'prot: 1' }, 'omni2.yaml: unknown setting "prot"; did you mean port?'],
  [{ yaml: '- 1' }, 'omni2.yaml: expected settings such as'],
  [{ yaml: 'a: [' }, 'omni2.yaml: cannot be read as YAML'],
  [{ env: { OMNI2_CONFIG: 'gone.yaml' } }, 'gone.yaml: cannot be read as YAML: ENOENT'],
])('a wrong setting is refused with its source and what is allowed: %j', (sources, message) => {
  expect(() => load(sources)).toThrow(message)
})

test('every wrong setting is named at once, and a secret is never repeated', () => {
  const env = { OMNI2_ADMIN_TOKEN: 'too-short', DATABASE_URL: 'mysql://u:hunter2@db/x', OMNI2_RETENTION_DAYS: '0' }
  const message = (() => {
    try {
      return String(load({ env }))
    } catch (error) {
      return String(error)
    }
  })()
  for (const name of Object.keys(env)) expect(message).toContain(name)
  expect(message).not.toContain('too-short')
  expect(message).not.toContain('hunter2')
})

test('an unknown variable of ours is a warning with a suggestion; others are not our business', () => {
  const { warnings } = load({ env: { OMNI2_PROT: '1', OMNI2_TOKEN: 'x', PATH: '/bin' } })
  expect(warnings).toEqual(['OMNI2_PROT: unknown setting, ignored; did you mean OMNI2_PORT?'])
})

test('lists are read from text with commas and from YAML lists', () => {
  const expected = ['10.0.0.0/8', 'fd00::/8']
  expect(load({ env: { OMNI2_DENY_NETWORKS: ' 10.0.0.0/8, fd00::/8 ' } }).denyNetworks).toEqual(expected)
  expect(load({ yaml: 'deny_networks: [10.0.0.0/8, "fd00::/8"]' }).denyNetworks).toEqual(expected)
  expect(load({ env: { OMNI2_TRUSTED_PROXIES: '2' } }).trustedProxies).toBe(2)
  expect(load({ env: { OMNI2_TRUSTED_PROXIES: '10.0.0.1' } }).trustedProxies).toEqual(['10.0.0.1'])
})

test.each([
  ['0.0.0.0', undefined, false],
  ['0.0.0.0', 'allow', true],
  ['192.168.1.5', 'auto', false],
  ['127.0.0.1', 'deny', false],
  ['::1', undefined, true],
])('bound to %s with stdio %s: stdio allowed is %s', (host, stdio, allowed) => {
  const config = load({ env: { OMNI2_HOST: host, ...(stdio === undefined ? {} : { OMNI2_STDIO: stdio }) } })
  expect(config.stdioAllowed).toBe(allowed)
  expect(config.loopbackTargetsAllowed).toBe(config.boundToLoopback)
})

test('the effective settings print without secrets', () => {
  const env = { OMNI2_ADMIN_TOKEN: 'planted-secret-token', DATABASE_URL: 'postgres://u:planted@db/x' }
  const shown = effectiveConfig(load({ env }))
  expect(shown).toMatchObject({ admin_token: '***', database_url: '***', secret_key: null, port: 8000 })
  expect(JSON.stringify(shown)).not.toContain('planted')
})

test('nothing can change the configuration after it was read', () => {
  expect(Object.isFrozen(load({}))).toBe(true)
})
