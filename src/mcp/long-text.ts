/** Shorter text is written at once, from the stack. */
const LONG = 16 * 1024

/**
 * What to write for `text`. For a long string Node takes three bytes for each character until the other side has taken all
 * of it (`StringBytes::StorageSize`), for bytes what they are.
 */
export const asWritten = (text: string): string | Buffer => (text.length > LONG ? Buffer.from(text) : text)
