import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { asCommand, asCurl } from './call-commands.ts'

const args = { path: 'it\'s; $HOME `id` \\ "x"\n!', n: 1 }

/** What a shell makes of a command: its words. */
const words = (command: string): string[] =>
  execFileSync('sh', ['-c', `show() { for word in "$@"; do printf '%s\\0' "$word"; done; }; show ${command}`], {
    env: { OMNI2_TOKEN: 'from-the-environment' },
  })
    .toString()
    .split('\0')
    .slice(0, -1)

test('a shell reads the command of the command line word by word, whatever is in the arguments', () =>
  expect(words(asCommand({ serverId: 7, serverName: 'files', tool: "read '$(id)", args }))).toEqual([
    'omni2',
    'call',
    'files',
    "read '$(id)",
    '--args',
    JSON.stringify(args),
  ]))

test('curl sends the same, with the token of the environment', () =>
  expect(words(asCurl('http://127.0.0.1:8000', { serverId: 7, serverName: 'files', tool: 'a/b', args }))).toEqual([
    'curl',
    '-X',
    'POST',
    'http://127.0.0.1:8000/api/v1/mcp/servers/7/tools/a%2Fb/call',
    '-H',
    'Authorization: Bearer from-the-environment',
    '-H',
    'content-type: application/json',
    '-d',
    JSON.stringify({ arguments: args }),
  ]))
