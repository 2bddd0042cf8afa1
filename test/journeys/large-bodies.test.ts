import { type ClientRequest, request } from 'node:http'
import { expect, test } from 'vitest'
import { modernClient } from '../support/gateway-clients.ts'
import { until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'

const MIB = 1024 * 1024
const LARGE = 15 * MIB

type Answered = { readonly status: number | undefined; readonly retryAfter: string | undefined }
type Upload = { readonly sent: ClientRequest; readonly answer: Promise<Answered> }

/** Says that it is going to send `bytes`, and sends `first` of them. */
function begin(omni2: Omni2, path: string, { bytes, first }: { bytes: number; first: number }): Upload {
  const headers = { authorization: `Bearer ${omni2.adminToken}`, 'content-type': 'application/json' }
  const sent = request(`${omni2.url}${path}`, { method: 'POST', headers: { ...headers, 'content-length': bytes } })
  const answer = new Promise<Answered>((resolve, reject) => {
    sent.once('response', ({ statusCode, headers }) =>
      resolve({ status: statusCode, retryAfter: headers['retry-after'] }),
    )
    sent.once('error', reject)
  })
  answer.catch(() => {})
  sent.write(Buffer.alloc(first, ' '))
  return { sent, answer }
}

/** Told to come back later, and when. */
const putOff = ({ status, retryAfter }: Answered) => status === 503 && Number(retryAfter) > 0

test('large requests together take no more than their share of the memory, and small ones pass', async () => {
  await using omni2 = await Omni2.start({ nodeArgs: ['--max-old-space-size=256'] })
  const whole = async (path: string) => {
    const { sent, answer } = begin(omni2, path, { bytes: LARGE, first: LARGE })
    sent.end()
    return answer
  }
  // Whichever of two comes to too much first is put off: the one that is to be held may have to begin anew.
  let held = begin(omni2, '/mcp', { bytes: LARGE + 1, first: LARGE })
  const second = async () => {
    const answer = await whole('/mcp')
    if (answer.status === 400) {
      held.sent.destroy()
      held = begin(omni2, '/mcp', { bytes: LARGE + 1, first: LARGE })
    }
    return answer
  }
  await until(second, putOff)
  const imports = Array.from({ length: 8 }, () =>
    begin(omni2, '/api/v1/mcp/servers/import', { bytes: 4 * MIB, first: 1 }),
  )
  expect(putOff(await Promise.any(imports.map(({ answer }) => answer)))).toBe(true)

  await using agent = await modernClient({ url: omni2.url, path: '/mcp', token: omni2.adminToken })
  expect((await agent.client.listTools()).tools).toEqual([])
  expect((await omni2.api.listServers({ query: {} })).servers).toEqual([])

  for (const { sent } of [held, ...imports]) sent.destroy()
  // Read whole, and found to be no JSON.
  await until(
    () => whole('/mcp'),
    ({ status }) => status === 400,
  )
})
