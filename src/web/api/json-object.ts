/** True for what `{}` in JSON becomes; its keys are any, so read them with care. */
export const isPlainObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
