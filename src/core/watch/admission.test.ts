import { expect, test } from 'vitest'
import { watched } from '../../../test/support/watched.ts'
import { instant } from '../clock.ts'
import { Admission, type Answer, CAPS, type CheckClass, classOf } from './admission.ts'

const own = (n: number) => `http://${n}.test`
const shared = () => 'http://one.test'

/** How often each answer came when `count` checks of one class asked at one moment. */
function ask(
  admission: Admission,
  kind: CheckClass,
  count: number,
  { at = 0, origin = own }: { readonly at?: number; readonly origin?: (n: number) => string } = {},
): Partial<Record<Answer, number>> {
  const answers = Array.from({ length: count }, (_, n) => admission.tryStart(origin(n), kind, instant(at)))
  return Object.fromEntries([...Map.groupBy(answers, (answer) => answer)].map(([answer, all]) => [answer, all.length]))
}

test('512 run at once, whoever asks, and one that ends makes room for one', () => {
  const admission = new Admission()
  expect(ask(admission, 'sound', 250)).toEqual({ start: 250 })
  expect(ask(admission, 'on_demand', 250, { at: 1_000, origin: (n) => own(250 + n) })).toEqual({ start: 250 })
  expect(ask(admission, 'sound', 50, { at: 2_000, origin: (n) => own(500 + n) })).toEqual({ start: 12, class_full: 38 })
  expect(admission.inFlight).toBe(CAPS.inFlight)
  expect(ask(admission, 'on_demand', 1, { at: 2_000, origin: () => own(999) })).toEqual({ class_full: 1 })
  admission.finished(own(7), 'sound')
  expect(ask(admission, 'sound', 2, { at: 2_000, origin: () => own(999) })).toEqual({ start: 1, class_full: 1 })
})

test('125 suspects start in a second, and leave the other half to the sound', () => {
  const admission = new Admission()
  expect(ask(admission, 'suspect', 200)).toEqual({ start: 125, class_full: 75 })
  expect(ask(admission, 'sound', 200, { origin: (n) => own(500 + n) })).toEqual({ start: 125, class_full: 75 })
  expect(ask(admission, 'suspect', 200, { at: 1_000, origin: (n) => own(200 + n) }).start).toBe(125)
})

test('sound starts are not counted against the suspects', () => {
  const admission = new Admission()
  expect(ask(admission, 'sound', 120)).toEqual({ start: 120 })
  expect(ask(admission, 'suspect', 130, { origin: (n) => own(200 + n) })).toEqual({ start: 125, class_full: 5 })
})

test('256 suspects run at once, and what runs of the sound is not counted against them', () => {
  const admission = new Admission()
  for (let second = 0; second < 2; second++) {
    ask(admission, 'sound', 125, { at: second * 1_000, origin: (n) => own(second * 125 + n) })
    ask(admission, 'suspect', 125, { at: second * 1_000, origin: (n) => own(1_000 + second * 125 + n) })
  }
  expect(ask(admission, 'suspect', 10, { at: 2_000, origin: (n) => own(2_000 + n) })).toEqual({
    start: 6,
    class_full: 4,
  })
  admission.finished(own(1_000), 'suspect')
  expect(ask(admission, 'suspect', 2, { at: 2_000, origin: (n) => own(3_000 + n) })).toEqual({
    start: 1,
    class_full: 1,
  })
})

test('8 suspects run towards one origin, 16 checks in all, and others go elsewhere', () => {
  const admission = new Admission()
  expect(ask(admission, 'suspect', 10, { origin: shared })).toEqual({ start: 8, origin_full: 2 })
  expect(ask(admission, 'sound', 10, { origin: shared })).toEqual({ start: 8, origin_full: 2 })
  expect(ask(admission, 'suspect', 1)).toEqual({ start: 1 })
  admission.finished(shared(), 'sound')
  expect(ask(admission, 'suspect', 1, { origin: shared })).toEqual({ origin_full: 1 })
  admission.finished(shared(), 'suspect')
  expect(ask(admission, 'suspect', 2, { origin: shared })).toEqual({ start: 1, origin_full: 1 })
})

test('sound checks towards an origin take no place of its suspects', () => {
  const admission = new Admission()
  expect(ask(admission, 'sound', 8, { origin: shared })).toEqual({ start: 8 })
  expect(ask(admission, 'suspect', 9, { origin: shared })).toEqual({ start: 8, origin_full: 1 })
})

test('who is refused for the starts of this second may ask a second after the first of them', () => {
  const admission = new Admission()
  expect(admission.nextStartAt(instant(5_000))).toBe(6_000)
  ask(admission, 'sound', 1, { at: 5_000 })
  ask(admission, 'sound', 1, { at: 5_600 })
  expect(admission.nextStartAt(instant(5_900))).toBe(6_000)
})

test('in doubt is a server that is down, cut off or under suspicion; one that is up or unknown is sound', () => {
  expect(classOf(watched())).toBe('sound')
  expect(classOf(watched('ok'))).toBe('sound')
  expect(classOf(watched('ok', 'connect'))).toBe('suspect')
  expect(classOf(watched('auth'))).toBe('suspect')
  const canaryPassed = watched('ok', 'connect', 'connect', 'connect', 'connect', 'connect', 'ok')
  expect(canaryPassed.state).toMatchObject({ circuit: { kind: 'half_open' } })
  expect(classOf(canaryPassed)).toBe('suspect')
})
