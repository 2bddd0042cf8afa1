import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientVerdict, requiredOfClients } from '../support/conformance.ts'
import { Omni2 } from '../support/omni2.ts'

/** What the suite requires of a client and Omni2 is to pass towards servers. */
const PASSED = {
  '2025-11-25': ['initialize', 'tools_call', 'elicitation-sep1034-client-defaults', 'sse-retry'],
  '2026-07-28': [
    'tools_call',
    'request-metadata',
    'sep-2322-client-request-state',
    'http-standard-headers',
    'http-custom-headers',
    'http-invalid-tool-headers',
    'json-schema-ref-no-deref',
  ],
} as const
/** Not required, because newer than the revisions. */
const BESIDES = ['json-schema-2020-12-preservation']

let omni2: Omni2
beforeAll(async () => {
  omni2 = await Omni2.start()
})
afterAll(() => omni2.stop())

for (const revision of ['2025-11-25', '2026-07-28'] as const) {
  test.each([...PASSED[revision], ...BESIDES])(
    `a server that speaks ${revision} finds in Omni2 a client as in %s`,
    async (scenario) => {
      expect(await clientVerdict(omni2, scenario, revision)).toBe('passed')
    },
  )

  test(`of what ${revision} requires of clients only signing in by OAuth is left`, async () => {
    const others = (await requiredOfClients(revision)).filter((scenario) => !scenario.startsWith('auth/'))
    expect(others.toSorted()).toEqual(PASSED[revision].toSorted())
  })
}
