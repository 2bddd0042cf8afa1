import { expect, test } from 'vitest'
import { UpstreamFault } from '../channel.ts'
import { childEnvironment } from './child-environment.ts'

test('of ours only what a program needs is inherited', () => {
  const ours = { PATH: '/bin', HOME: '/root', USER: 'me', LC_TIME: 'C', TMPDIR: undefined }
  const secret = {
    OMNI2_SECRET_KEY: 'k',
    DATABASE_URL: 'd',
    NODE_OPTIONS: '-r x',
    LD_PRELOAD: 'x.so',
    SSH_AUTH_SOCK: 's',
  }
  expect(childEnvironment({ ...ours, ...secret }, { API_KEY: 'a', HOME: '/srv' }, 'mark')).toEqual({
    PATH: '/bin',
    HOME: '/srv',
    USER: 'me',
    LC_TIME: 'C',
    API_KEY: 'a',
    OMNI2_TREE: 'mark',
  })
})
test.each(['NODE_OPTIONS', 'node_options', 'LD_PRELOAD', 'LD_LIBRARY_PATH', 'DYLD_INSERT_LIBRARIES', 'OMNI2_TREE'])(
  'an entry that names %s is refused, without its value',
  (name) => {
    const start = () => childEnvironment({}, { [name]: 'canary' }, 'mark')
    expect(start).toThrow(UpstreamFault)
    expect(start).toThrow(`the variable ${name} may not be set`)
  },
)
test.each([
  ['A=B', 'x'],
  ['', 'x'],
  ['A', 'x\0y'],
])('the variable %j with the value %j is none', (name, value) => {
  expect(() => childEnvironment({}, { [name]: value }, 'mark')).toThrow('a name or value no process can have')
})
