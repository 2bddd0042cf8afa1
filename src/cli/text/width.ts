const segmenter = new Intl.Segmenter()
/** East Asian wide and full-width characters, and emoji: two cells each. */
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u

/** Cells a text takes on a terminal. */
export function cells(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let sum = 0
  for (const { segment } of segmenter.segment(text)) sum += WIDE.test(segment) ? 2 : 1
  return sum
}

/** At most `width` cells of a text, the last one an ellipsis when something is missing. */
export function cut(text: string, width: number): string {
  if (cells(text) <= width) return text
  let kept = ''
  let used = 0
  for (const { segment } of segmenter.segment(text)) {
    used += cells(segment)
    if (used > width - 1) break
    kept += segment
  }
  return `${kept}…`
}

/** Lines of at most `width` cells, broken between words; a longer word is broken where the line ends. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((part) => pieces(part, width))) {
    const longer = line === '' ? word : `${line} ${word}`
    if (cells(longer) <= width) {
      line = longer
      continue
    }
    lines.push(line)
    line = word
  }
  return [...lines, line]
}

function pieces(word: string, width: number): readonly string[] {
  if (cells(word) <= width) return [word]
  const parts: string[] = []
  let part = ''
  for (const { segment } of segmenter.segment(word)) {
    if (cells(part + segment) > width && part !== '') {
      parts.push(part)
      part = ''
    }
    part += segment
  }
  return [...parts, part]
}
