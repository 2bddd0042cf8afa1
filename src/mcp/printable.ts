/** Text of an upstream, short and without characters that steer a terminal or turn the text around. */
export const printable = (text: string, most = 200): string => {
  const clean = text.replace(UNPRINTABLE, ' ').trim()
  return clean.length > most ? `${clean.slice(0, most)}...` : clean
}

/** False for text with such characters, or with half a character. */
export const isPrintable = (text: string): boolean => text.isWellFormed() && text.search(UNPRINTABLE) === -1

const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu
