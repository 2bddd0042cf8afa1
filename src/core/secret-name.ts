const NAMES =
  /pass(?:word|wd|phrase|code)|pwd|secret|token|credential|authorization|cookie|jwt|(?:api|access|account|auth|encryption|master|private|session|signing|ssh)[-_ ]?key/i
const COUNTS = /(?:^|_)(?:(?:token|secret|password|credential|cookie)s|count|limit|length|size|age|ttl|expir\w*)(?:_|$)/

/** Whether a field by that name is for something that nobody else should read. */
export const isSecretName = (name: string): boolean => NAMES.test(name)

/** Whether a number in a field by that name only says how many or how long, such as `maxTokens`; a `password` may be one. */
export const isCountName = (name: string): boolean =>
  COUNTS.test(name.replace(/([a-z\d])(?=[A-Z])|\W+/g, '$1_').toLowerCase())
