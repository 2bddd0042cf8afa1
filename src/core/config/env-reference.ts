/**
 * A reference `${env:NAME}` or `${env:NAME:-fallback}` inside configured text. It is stored as written and resolved from
 * Omni2's own environment when a connection is made, never before.
 */
export type EnvReference = { readonly name: string; readonly fallback: string | undefined }

/** No brace within a fallback: that keeps matching linear in the length of the text. */
const REFERENCE = /\$\{env:([A-Za-z_][A-Za-z0-9_]*)(?::-([^{}]*))?\}/g

export function envReferences(text: string): readonly EnvReference[] {
  return [...text.matchAll(REFERENCE)].map(([, name = '', fallback]) => ({ name, fallback }))
}

/** `text` with every reference replaced by what `replace` makes of it. */
export function replaceEnvReferences(
  text: string,
  replace: (reference: EnvReference, whole: string) => string,
): string {
  return text.replace(REFERENCE, (whole, name: string, fallback: string | undefined) =>
    replace({ name, fallback }, whole),
  )
}

/** True for text that is one reference without fallback: it names a secret and holds none. */
export const isEnvReference = (text: string): boolean => /^\$\{env:[A-Za-z_][A-Za-z0-9_]*\}$/.test(text)

/** Why a reference to this variable is refused: what is Omni2's own (`PG...` is its database's) never reaches an upstream. */
export const envReferenceProblem = (name: string): string | undefined =>
  /^(OMNI2_.*|DATABASE_URL|PG[A-Z]+)$/i.test(name) || steersTheLoader(name)
    ? `The variable ${name} belongs to Omni2 itself and cannot be handed on`
    : undefined

/** Why a child process may not be given a variable of this name. */
export function envNameProblem(name: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_().-]{0,127}$/.test(name) || isPollutingKey(name)) {
    return `"${name.slice(0, 60)}" is not a name for an environment variable`
  }
  return steersTheLoader(name) ? `The variable ${name} changes how programs are loaded` : undefined
}

/** Keys that reach an object's prototype when a careless program assigns them. */
export const isPollutingKey = (key: string): boolean =>
  key === '__proto__' || key === 'constructor' || key === 'prototype'

/** Variables that load code into any program that is started. */
export const steersTheLoader = (name: string): boolean => /^(NODE_OPTIONS$|LD_|DYLD_)/i.test(name)
