declare const brand: unique symbol

/** A `T` that only its own parser makes, so that two numbers with different meanings never mix. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }
