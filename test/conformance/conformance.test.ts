import { expect, test } from 'vitest'
import { freePort } from '../../demo/omni2-process.ts'
import type { ChildServer } from '../support/child-server.ts'
import { conformanceOf, conformanceServer, type Verdict, withToken } from '../support/conformance.ts'
import { registerHealthy } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'

/** How many scenarios a revision requires of a server. */
const REQUIRED = { '2025-11-25': 30, '2026-07-28': 37 } as const

/**
 * Scenarios whose checks depend on the form of the answer: the suite skips this one for answers that are JSON, which is
 * what the gateway gives where nothing but the reply is to be told.
 */
const OF_STREAMS = ['server-sse-multiple-streams']

/** What cannot cross from one era to the other, by what the suite asks for; docs/gateway.md says why. */
const LOST = {
  '2025-11-25': [
    'tools-call-sampling',
    'tools-call-elicitation',
    'elicitation-sep1034-defaults',
    'elicitation-sep1330-enums',
    'resources-subscribe',
    'resources-unsubscribe',
  ],
  '2026-07-28': [
    'input-required-result-basic-elicitation',
    'input-required-result-basic-sampling',
    'input-required-result-basic-list-roots',
    'input-required-result-request-state',
    'input-required-result-multiple-input-requests',
    'input-required-result-multi-round',
    'input-required-result-non-tool-request',
    'input-required-result-result-type',
    'input-required-result-tampered-state',
    'input-required-result-capability-check',
  ],
} as const

/** The suite's verdict on `server` behind the gateway. */
async function through(server: ChildServer, revision: string): Promise<Verdict> {
  const port = await freePort(0)
  await using omni2 = await Omni2.start({ env: { OMNI2_ALLOWED_HOSTS: `127.0.0.1:${port},localhost:${port}` } })
  await registerHealthy(omni2, 'fixture', { url: server.url })
  const { token } = await omni2.api.createToken({ body: { name: 'suite', role: 'agent' } })
  await using _front = await withToken(port, `${omni2.url}/servers/fixture/mcp`, token)
  return await conformanceOf(`http://127.0.0.1:${port}/mcp`, revision)
}

test.each(['2025-11-25', '2026-07-28'] as const)(
  'the official suite for %s passes through the gateway as it does without',
  async (revision) => {
    await using server = await conformanceServer()
    const direct = await conformanceOf(server.url, revision)
    const relayed = await through(server, revision)
    expect(direct.failed).toEqual([])
    expect(relayed.failed).toEqual([])
    expect(relayed.required).toBe(REQUIRED[revision])
    const comparable = ({ checks }: typeof direct) => [...checks].filter(([name]) => !OF_STREAMS.includes(name))
    expect(comparable(relayed)).toEqual(comparable(direct))
  },
)

test.each([
  ['2025-11-25', 'modern'],
  ['2026-07-28', 'legacy'],
] as const)('of the suite for %s all passes that can cross to a server of the %s era', async (revision, era) => {
  await using server = await conformanceServer(era)
  const { failed, required } = await through(server, revision)
  expect(required).toBe(REQUIRED[revision])
  expect(failed).toEqual(LOST[revision])
})
