import { expect, test } from 'vitest'
import { judgeAddress, judgePort, type PortFacts } from './address.ts'

const LOCAL = {
  host: '127.0.0.1',
  port: 8000,
  publicUrl: undefined,
  allowedHosts: [],
  trustedProxies: 0,
  stdioAllowed: true,
}
const OPEN = { ...LOCAL, host: '0.0.0.0', stdioAllowed: false }

const told = (settings: Parameters<typeof judgeAddress>[0]) =>
  judgeAddress(settings).map(({ level, message }) => `${level} ${message.split(/[:,]/)[0]}`)

test('who can reach Omni2 is told, and what surprises about it', () => {
  expect(judgeAddress(LOCAL)).toEqual([
    expect.objectContaining({
      level: 'ok',
      message: '127.0.0.1: for this machine only; commands (stdio servers) may run',
    }),
  ])
  expect(told(OPEN)).toEqual([
    'ok 0.0.0.0',
    'warning Requests that name anything but localhost are refused with 403',
    'warning Tokens and sessions cross the network unencrypted',
  ])
  expect(told({ ...OPEN, allowedHosts: ['omni2'] })).toHaveLength(2)
  expect(told({ ...OPEN, host: '192.0.2.7' })).toHaveLength(2)
})

test('a public URL over https asks for a trusted proxy', () => {
  const behind = { ...LOCAL, publicUrl: 'https://omni2.example.com' }
  expect(told(behind)).toEqual(['ok 127.0.0.1', 'warning People come by https'])
  expect(told({ ...behind, trustedProxies: ['10.0.0.1'] })).toEqual(['ok 127.0.0.1'])
  expect(told({ ...behind, host: '0.0.0.0', trustedProxies: 1 })).toEqual(['ok 0.0.0.0'])
})

test.each<[PortFacts, boolean | undefined, string]>([
  [{ state: 'free' }, false, 'ok'],
  [{ state: 'free' }, true, 'warning'],
  [{ state: 'taken', by: 'omni2' }, true, 'ok'],
  [{ state: 'taken', by: 'omni2' }, undefined, 'ok'],
  [{ state: 'taken', by: 'omni2' }, false, 'problem'],
  [{ state: 'taken', by: 'other' }, true, 'problem'],
  [{ state: 'refused', code: 'EACCES' }, false, 'problem'],
])('a port that is %o while Omni2 runs here: %s', (facts, running, level) => {
  expect(judgePort(LOCAL, facts, running).level).toBe(level)
})

test('any free port is not tried', () => {
  expect(judgePort({ ...LOCAL, port: 0 }, { state: 'free' }, false).level).toBe('skipped')
})
