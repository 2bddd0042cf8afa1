import type { DestinationStream } from 'pino'

const COLOURS: Record<string, string> = {
  warn: '\u001b[33m',
  error: '\u001b[31m',
  fatal: '\u001b[31m',
  debug: '\u001b[2m',
}
const RESET = '\u001b[0m'

/** Turns the log's JSON lines into lines for a person at a terminal. */
export function humanLines(out: DestinationStream): DestinationStream {
  return { write: (line) => out.write(`${toHumanLine(line)}\n`) }
}

/**
 * Text with what JSON leaves as it is but a terminal acts on, or a reader is fooled by, written as `\uXXXX`: controls
 * of 8 bits, what reorders or hides text, and what breaks lines. In a JSON text it stands in strings only.
 */
export const escapeUnprintable = (text: string): string =>
  text.replace(/[\u007f-\u009f\p{Cf}\u2028\u2029]/gu, (character) =>
    Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  )

/** `12:00:00.000 info  request method=GET status=200`; a line that is not JSON stays as it is. */
export function toHumanLine(line: string): string {
  const entry = parseEntry(line)
  if (!entry) return line.trimEnd()
  const { level, time, msg, err, ...fields } = entry
  const name = String(level)
  const rest = Object.entries(fields).map(([key, value]) => ` ${harmless(key)}=${show(value)}`)
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? `\n${harmless(String(err.stack))}` : ''
  return `${String(time).slice(11, 23)} ${COLOURS[name] ?? ''}${name.padEnd(5)}${COLOURS[name] ? RESET : ''} ${harmless(String(msg ?? ''))}${rest.join('')}${stack}`
}

function parseEntry(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** Control characters stay escaped, so that nothing logged can move the cursor of a terminal. */
const show = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return escapeUnprintable(typeof value === 'string' && !/^[\x21-\x7e]+$/.test(value) ? JSON.stringify(value) : text)
}

/** With its line breaks and tabs, and nothing else that moves the cursor. */
const harmless = (text: string): string =>
  escapeUnprintable(text.replace(/[^\P{Cc}\n\t]/gu, (character) => JSON.stringify(character).slice(1, -1)))
