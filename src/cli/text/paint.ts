import picocolors from 'picocolors'
import type { Sink } from '../sink.ts'

type Colour = (text: string) => string

/** Colours by meaning; none of them is the only sign of anything. */
export type Paint = {
  readonly good: Colour
  readonly bad: Colour
  readonly warn: Colour
  readonly quiet: Colour
  readonly strong: Colour
}

/** Colours for a terminal that shows them, unless NO_COLOR; FORCE_COLOR for anything else. */
export function paintFor(out: Sink, env: Readonly<Record<string, string | undefined>>): Paint {
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '' && env.FORCE_COLOR !== '0'
  const wanted = !env.NO_COLOR && (forced || (out.isTTY === true && env.TERM !== 'dumb'))
  const { green, red, yellow, dim, bold } = picocolors.createColors(wanted)
  return { good: green, bad: red, warn: yellow, quiet: dim, strong: bold }
}
