import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openState, sealState } from './request-state.ts'

test('a state comes back as it was, for the same route alone', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (state, route, other) => {
      const sealed = sealState(state, route)
      expect(openState(sealed, route)).toBe(state)
      if (other !== route) expect(openState(sealed, other)).toBeUndefined()
    }),
  )
})

test('a state that was changed, or never sealed, is none', () => {
  const sealed = sealState('round 1', '7 tools/call')
  for (const bad of [`${sealed}x`, sealed.slice(1), 'round 1', '', '.', '.round 1']) {
    expect(openState(bad, '7 tools/call')).toBeUndefined()
  }
})
