/** Marks a branch the types say cannot be reached; a new union member becomes a compile error here. */
export function unreachable(value: never): never {
  throw new Error(`Unreachable: ${JSON.stringify(value)}`)
}
