import type { ServerView } from '../src/api/server-view.ts'

/** What Omni2 must say of a server: exactly these badges, and a reason and a next step wherever something is wrong. */
export type Expectation = {
  /** Several where the breaker opens meanwhile. */
  readonly statuses: readonly ServerView['health_status'][]
  readonly badges: readonly ServerView['badges'][number][]
  /** What the reason and the next step are about; undefined: there is nothing to say. */
  readonly reason: RegExp | undefined
  readonly nextStep: RegExp | undefined
  readonly hasTools: boolean
  readonly era?: ServerView['era']
}

export const ANSWERS: Expectation = {
  statuses: ['healthy'],
  badges: [],
  reason: undefined,
  nextStep: undefined,
  hasTools: true,
  era: 'legacy',
}
const DOWN = { badges: [], hasTools: false }
export const REFUSES: Expectation = {
  ...DOWN,
  statuses: ['disconnected', 'circuit_open'],
  reason: /refused/i,
  nextStep: /start the server/i,
}
export const SAYS_NOTHING: Expectation = {
  ...DOWN,
  statuses: ['unhealthy', 'circuit_open'],
  reason: /no answer/i,
  nextStep: /timeout/i,
}
export const NEEDS_LOGIN: Expectation = {
  ...DOWN,
  statuses: ['unhealthy'],
  badges: ['auth_required'],
  reason: /credentials/i,
  nextStep: /credentials/i,
}

type Expected = { readonly input: { readonly name: string }; readonly expected: Expectation }

/** What is not as it must be, a line each; none when all is. */
export function differences(members: readonly Expected[], views: readonly ServerView[]): readonly string[] {
  return members.flatMap(({ input: { name }, expected }) => {
    const view = views.find((server) => server.name === name)
    if (!view) return [`${name}: expected to be registered`]
    return differencesOf(view, expected).map((difference) => `${name}: ${difference}`)
  })
}

function differencesOf(view: ServerView, expected: Expectation): readonly string[] {
  const found: (string | false)[] = [
    !expected.statuses.includes(view.health_status) &&
      `expected ${expected.statuses.join(' or ')}, got ${view.health_status}`,
    [...view.badges].sort().join() !== [...expected.badges].sort().join() &&
      `expected the badges [${expected.badges}], got [${view.badges}]`,
    textDiffers('reason', expected.reason, view.reason),
    textDiffers('next step', expected.nextStep, view.next_action),
    (view.tool_count ?? 0) > 0 !== expected.hasTools &&
      `expected ${expected.hasTools ? 'tools' : 'no tools'}, got ${view.tool_count ?? 'none'}`,
    expected.era !== undefined && view.era !== expected.era && `expected the ${expected.era} era, got ${view.era}`,
  ]
  return found.filter((difference) => difference !== false)
}

function textDiffers(what: string, expected: RegExp | undefined, got: string | null): string | false {
  if (expected ? expected.test(got ?? '') : got === null) return false
  return `expected ${expected ? `a ${what} like ${expected}` : `no ${what}`}, got ${JSON.stringify(got)}`
}
