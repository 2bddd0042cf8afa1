/** Shorter values ("1", "dev") would blot out ordinary words, and hide nothing worth hiding. */
const SHORTEST = 4

/** A function that replaces each of `values` by `***` wherever it stands in a text. */
export function redactor(values: Iterable<string>): (text: string) => string {
  const longestFirst = [...new Set(values)]
    .filter((value) => value.length >= SHORTEST)
    .sort((a, b) => b.length - a.length)
  return (text) => longestFirst.reduce((rest, value) => rest.replaceAll(value, '***'), text)
}
