import { describe, expect, test } from 'vitest'
import { type Answer, aTool, only, rawServer } from '../../test/support/raw-server.ts'
import { aServerAt, someUpstreams } from '../../test/support/upstreams.ts'
import { meansOf } from './means.ts'

const nested = (levels: number): string => `${'{"items":'.repeat(levels)}{}${'}'.repeat(levels)}`

async function deepCheckOf(answer: Answer) {
  await using server = await rawServer(answer)
  await using bench = someUpstreams()
  return { result: await bench.deep(aServerAt(server.url)), asked: server.asked }
}

const listing = (answer: Answer) => deepCheckOf(only('tools/list', answer))

describe('the list of tools', () => {
  test('is read page by page', async () => {
    const { result } = await listing(({ message, result: answer }) => {
      const page = Number(message.params.cursor ?? 0)
      answer({ tools: [aTool(`tool-${page}`)], ...(page < 4 && { nextCursor: `${page + 1}` }) })
    })
    expect(result.capabilities?.tools.map(({ name }) => name)).toEqual([0, 1, 2, 3, 4].map((page) => `tool-${page}`))
    expect(result.stages.at(-1)).toMatchObject({ stage: 'tools_list', ok: true })
  })

  test('is put off when there is no room for all of its pages', async () => {
    const tools = ['a', 'b'].map((name) => ({ ...aTool(name), description: name.repeat(40_000) }))
    await using server = await rawServer(
      only('tools/list', ({ message, result: answer }) => {
        const page = Number(message.params.cursor ?? 0)
        answer({ tools: [tools[page]], ...(page === 0 && { nextCursor: '1' }) })
      }),
    )
    const of = async (answerBytes: number) => {
      await using bench = someUpstreams({ means: meansOf({ answerBytes }) })
      return [await bench.deep(aServerAt(server.url)), await bench.deep(aServerAt(server.url))]
    }
    expect(await of(60_000)).toMatchObject([{ outcome: 'inconclusive' }, { outcome: 'inconclusive' }])
    expect(await of(100_000)).toMatchObject([{ outcome: 'ok' }, { outcome: 'ok' }])
  })

  test('keeps the good when some are bad, and says why', async () => {
    const { result } = await listing(({ response, message }) => {
      const bad = [
        'null',
        '{"name":"no-schema"}',
        '{"name":7,"inputSchema":{"type":"object"}}',
        '{"name":"","inputSchema":{"type":"object"}}',
        `{"name":"deep","inputSchema":{"type":"object","properties":${nested(10_000)}}}`,
        '{"name":"good","inputSchema":{"type":"object"}}',
      ]
      const tools = ['{"name":"good","inputSchema":{"type":"object"},"x":1}', ...bad]
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(`{"jsonrpc":"2.0","id":${message.id},"result":{"tools":[${tools.join(',')}]}}`)
    })
    expect(result.outcome).toBe('ok')
    expect(result.capabilities?.tools).toMatchObject([{ name: 'good', definition: { x: 1 } }])
    expect(result.capabilities?.dropped.map(({ name }) => name)).toEqual([
      '(without a name)',
      'no-schema',
      '(without a name)',
      '',
      'deep',
      'good',
    ])
    expect(result.capabilities?.dropped.find(({ name }) => name === 'deep')?.reason).toContain('deeper than 64')
  })

  test('leaves out what would not fit into an event, a table or a log', async () => {
    const longest = 'n'.repeat(256)
    const names = [longest, `${longest}n`, 'n'.repeat(1_000_000), 'a\u001b[31mred', 'a\u202eb', 'a\nb', 'a\ud800']
    const { result } = await listing(({ result: answer }) => answer({ tools: names.map((name) => aTool(name)) }))
    expect(result.outcome).toBe('ok')
    expect(result.capabilities?.tools.map(({ name }) => name)).toEqual([longest])
    const dropped = result.capabilities?.dropped ?? []
    expect(dropped).toHaveLength(6)
    expect(Math.max(...dropped.map(({ name }) => name.length))).toBeLessThan(140)
    expect(JSON.stringify(dropped.slice(2, 5))).not.toMatch(/\\u|\u202e/)
  })

  test('leaves out a tool that is more than anyone can look through', async () => {
    const properties = Object.fromEntries(Array.from({ length: 12_000 }, (_, i) => [`key-${i}`, {}]))
    const wide = aTool('wide', { inputSchema: { type: 'object', properties } })
    const { result } = await listing(({ result: answer }) => answer({ tools: [wide, aTool('good')] }))
    expect(result.capabilities).toMatchObject({
      tools: [{ name: 'good' }],
      dropped: [{ name: 'wide', reason: 'holds more than 10000 values' }],
    })
  })

  test.each([
    [
      'names of more than 256 KiB',
      ({ result }) => result({ tools: Array.from({ length: 1_500 }, (_, i) => aTool(`${'n'.repeat(200)}${i}`)) }),
      'response_too_large',
    ],
    ['a long cursor', ({ result }) => result({ tools: [], nextCursor: 'c'.repeat(5_000) }), 'response_too_large'],
    [
      '100,000 tools',
      ({ result }) => result({ tools: Array.from({ length: 100_000 }, (_, i) => ({ name: `${i}` })) }),
      'response_too_large',
    ],
    [
      '2,001 tools',
      ({ result }) => result({ tools: Array.from({ length: 2_001 }, (_, i) => aTool(`${i}`)) }),
      'response_too_large',
    ],
    ['a repeated cursor', ({ result }) => result({ tools: [], nextCursor: 'again' }), 'invalid_response'],
    [
      'endless pages',
      ({ result, message }) => result({ tools: [], nextCursor: `${message.params.cursor ?? ''}x` }),
      'response_too_large',
    ],
    ['no list', ({ result }) => result({ tools: {} }), 'invalid_response'],
    ['a cursor that is no text', ({ result }) => result({ tools: [], nextCursor: 7 }), 'invalid_response'],
    ['HTML', ({ response }) => response.writeHead(200, { 'content-type': 'text/html' }).end(), 'invalid_response'],
    [
      'nesting without end',
      ({ response, message }) =>
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(`{"jsonrpc":"2.0","id":${message.id},"result":${nested(200_000)}}`),
      'invalid_response',
    ],
  ] satisfies [string, Answer, string][])(
    'with %s fails the check, and is never empty',
    async (_name, answer, code) => {
      const { result, asked } = await listing(answer)
      expect(result).toMatchObject({
        outcome: 'protocol',
        failure: { code, stage: 'tools_list' },
        capabilities: undefined,
        stages: [{ stage: 'connect' }, { stage: 'handshake', ok: true }, { stage: 'tools_list', ok: false }],
      })
      expect(asked.filter((method) => method === 'tools/list').length).toBeLessThanOrEqual(100)
    },
  )

  test('refused with an error is not an empty one', async () => {
    const { result } = await listing(({ json, message }) =>
      json(200, { jsonrpc: '2.0', id: message.id, error: { code: -32603, message: 'broken' } }),
    )
    expect(result).toMatchObject({ outcome: 'app_error', capabilities: undefined })
  })

  test('is not asked of a server that declares no tools', async () => {
    const { result, asked } = await deepCheckOf(
      only('initialize', ({ result: answer }) => answer({ protocolVersion: '2025-11-25', capabilities: {} })),
    )
    expect(result).toMatchObject({ outcome: 'ok', capabilities: { tools: [] } })
    expect(asked).not.toContain('tools/list')
  })
})

test('the same tool has the same hash, a changed one another', async () => {
  const hashOf = async (tool: object) => {
    const { result } = await listing(({ result: answer }) => answer({ tools: [tool] }))
    return result.capabilities?.tools[0]?.hash
  }
  const first = await hashOf({ name: 'a', description: 'x', inputSchema: { type: 'object' } })
  expect(await hashOf({ inputSchema: { type: 'object' }, description: 'x', name: 'a' })).toBe(first)
  expect(await hashOf({ name: 'a', description: 'y', inputSchema: { type: 'object' } })).not.toBe(first)
})

test('prompts and resources are listed when declared, and their failure fails nothing', async () => {
  const capabilities = { tools: {}, prompts: {}, resources: {} }
  let promptsWork = true
  await using server = await rawServer((exchange) => {
    const { message, result, response, honest } = exchange
    if (message.method === 'initialize') result({ protocolVersion: '2025-11-25', capabilities })
    else if (message.method === 'prompts/list' && promptsWork) result({ prompts: [{ name: 'p' }] })
    else if (message.method === 'prompts/list') response.writeHead(500).end()
    else if (message.method === 'resources/list')
      result({ resources: [{ name: 'r', uri: 'file:///r' }, { name: 'bad' }] })
    else honest()
  })
  await using bench = someUpstreams()
  const first = await bench.deep(aServerAt(server.url))
  expect(first.capabilities).toMatchObject({
    tools: [{ name: 'echo' }],
    prompts: [{ name: 'p' }],
    resources: [{ name: 'file:///r' }],
    dropped: [{ kind: 'resource' }],
  })
  promptsWork = false
  const second = await bench.deep(aServerAt(server.url))
  expect(second).toMatchObject({ outcome: 'ok', capabilities: { tools: [{ name: 'echo' }], prompts: [{ name: 'p' }] } })
  expect(second.capabilities?.dropped).toContainEqual({
    kind: 'prompt',
    name: 'prompts/list',
    reason: expect.any(String),
  })
})

test('templates of resources are listed, and one that is bad is left out with a note', async () => {
  const resourceTemplates = [{ name: 't', uriTemplate: 'file:///{path}' }, { name: 'bad' }]
  await using server = await rawServer(({ message, result, honest }) => {
    if (message.method === 'initialize') result({ protocolVersion: '2025-11-25', capabilities: { resources: {} } })
    else if (message.method === 'resources/list') result({ resources: [] })
    else if (message.method === 'resources/templates/list') result({ resourceTemplates })
    else honest()
  })
  await using bench = someUpstreams()
  const { capabilities } = await bench.deep(aServerAt(server.url))
  expect(capabilities?.templates).toMatchObject([{ name: 'file:///{path}', definition: { name: 't' } }])
  expect(capabilities?.dropped).toMatchObject([{ kind: 'resource', name: '(without a name)' }])
})
