import { expect, test } from 'vitest'
import { freePort } from '../../demo/omni2-process.ts'
import { conformanceOf, conformanceServer, withToken } from '../support/conformance.ts'
import { Omni2 } from '../support/omni2.ts'

/** How many scenarios a revision requires of a server. */
const REQUIRED = { '2025-11-25': 30, '2026-07-28': 37 } as const

/**
 * Checks that only an answer in the form of a stream brings along, by scenario: the gateway answers as JSON where nothing
 * but the reply is to be told.
 */
const OF_STREAMS = ['server-sse-multiple-streams']

test.each(['2025-11-25', '2026-07-28'] as const)(
  'the official suite for %s passes through the gateway as it does without',
  async (revision) => {
    await using server = await conformanceServer()
    const port = await freePort(0)
    await using omni2 = await Omni2.start({ env: { OMNI2_ALLOWED_HOSTS: `127.0.0.1:${port},localhost:${port}` } })
    const draft = { name: 'fixture', protocol: 'http-streamable' as const, url: server.url }
    const { id } = await omni2.api.createServer({ body: draft })
    await omni2.api.triggerHealthCheck({ params: { id } })
    const { token } = await omni2.api.createToken({ body: { name: 'suite', role: 'agent' } })
    await using _front = await withToken(port, `${omni2.url}/servers/fixture/mcp`, token)

    const direct = await conformanceOf(server.url, revision)
    const through = await conformanceOf(`http://127.0.0.1:${port}/mcp`, revision)
    expect(direct.failed).toEqual([])
    expect(through.failed).toEqual([])
    expect(through.required).toBe(REQUIRED[revision])
    const comparable = ({ checks }: typeof direct) => [...checks].filter(([name]) => !OF_STREAMS.includes(name))
    expect(comparable(through)).toEqual(comparable(direct))
  },
)
