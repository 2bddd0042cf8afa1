import { stripVTControlCharacters } from 'node:util'

/** Control and format characters but the joiners that emoji and some scripts need, and line and paragraph separators. */
const UNPRINTABLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Text of others, on one line and without anything a terminal would act on or that would reorder what is read. */
export const oneLine = (text: string): string => manyLines(text).replace(/\s+/g, ' ').trim()

/** As `oneLine`, with its line breaks and tabs. */
export const manyLines = (text: string): string =>
  stripVTControlCharacters(text.toWellFormed())
    .replace(/\r\n?/g, '\n')
    .replace(UNPRINTABLE, (character) => (character === '\n' || character === '\t' ? character : ''))

/** JSON for people and programs; what a terminal would act on stands escaped. */
export const jsonText = (value: unknown, indent = 2): string =>
  (JSON.stringify(value, null, indent) ?? 'null').replace(UNPRINTABLE, (character) =>
    character === '\n' ? character : escaped(character),
  )

const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('')
