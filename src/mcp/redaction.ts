/** Shorter values ("1", "dev") would blot out ordinary words, and hide nothing worth hiding. */
const SHORTEST = 4

/** A function that replaces each of `values` by `***` wherever it stands in a text. */
export function redactor(values: Iterable<string>): (text: string) => string {
  const longestFirst = [...new Set(values)]
    .filter((value) => value.length >= SHORTEST)
    .sort((a, b) => b.length - a.length)
  return (text) => longestFirst.reduce((rest, value) => rest.replaceAll(value, '***'), text)
}

/**
 * The same for what an upstream means to send, such as results, which ordinary values may well stand in: it hides only
 * what looks like a credential. Undefined when nothing does.
 */
export function concealer(values: Iterable<string>): ((text: string) => string) | undefined {
  const credentials = [...values].filter(looksSecret)
  return credentials.length > 0 ? redactor(credentials) : undefined
}

/** Long, of letters and digits mixed, and no path: no honest text holds that by chance. */
const looksSecret = (value: string): boolean =>
  /^(?=.*\d)(?=.*[A-Za-z])[\w\-+/=.~%]{16,}$/.test(value) && !/^[./]/.test(value)
