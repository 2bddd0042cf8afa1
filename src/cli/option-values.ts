import { InvalidArgumentError } from 'commander'
import { closestTo } from '../server/config/suggestion.ts'

/** Collects `key=value` options given several times. The value may hold more `=`. */
export function collectPair(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const cut = text.indexOf('=')
  if (cut < 1) throw new InvalidArgumentError('Write it as name=value.')
  return { ...before, [text.slice(0, cut).trim()]: text.slice(cut + 1) }
}

/** Collects values given several times or with commas between them. */
export const collectList = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
]

/** As `collectList`, of known words only. */
export const collectChoice =
  <T extends string>(choices: readonly T[]) =>
  (text: string, before: readonly T[] = []): readonly T[] => [
    ...before,
    ...collectList(text).map((word) => choice(word, choices)),
  ]

/** One known word. */
export const oneOf =
  <T extends string>(choices: readonly T[]) =>
  (text: string): T =>
    choice(text, choices)

function choice<T extends string>(word: string, choices: readonly T[]): T {
  const found = choices.find((candidate) => candidate === word)
  if (found !== undefined) return found
  const closest = closestTo(word, choices)
  throw new InvalidArgumentError(closest ? `Did you mean ${closest}?` : `Choose from ${choices.join(', ')}.`)
}

/** A whole number in a range. */
export const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw new InvalidArgumentError(`A whole number from ${min} to ${max}.`)
  }
