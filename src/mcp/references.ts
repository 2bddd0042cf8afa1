import { envReferenceProblem, envReferences, replaceEnvReferences } from '../core/config/env-reference.ts'

/** A reference `${env:NAME}` that cannot be resolved. Its message names the variable, never a value. */
export class UnresolvedReference extends Error {
  override name = 'UnresolvedReference'
  readonly variable: string
  readonly nextAction: string

  constructor(variable: string, message: string, nextAction: string) {
    super(message)
    this.variable = variable
    this.nextAction = nextAction
  }
}

export type Environment = Readonly<Record<string, string | undefined>>

/** True when `text` holds a reference. */
export const hasReference = (text: string): boolean => envReferences(text).length > 0

/**
 * `text` with each `${env:NAME}` and `${env:NAME:-default}` replaced by its value; an empty variable counts as set.
 * @throws UnresolvedReference for a variable that is not set and has no default, or that servers may not see.
 */
export function resolveReferences(text: string, env: Environment): string {
  return replaceEnvReferences(text, ({ name: variable, fallback }) => {
    if (envReferenceProblem(variable)) {
      throw new UnresolvedReference(
        variable,
        `the variable ${variable} may not be handed to a server`,
        `Use a variable of another name than ${variable}.`,
      )
    }
    const value = Object.hasOwn(env, variable) ? env[variable] : undefined
    if (value === undefined && fallback === undefined) {
      throw new UnresolvedReference(
        variable,
        `the environment variable ${variable} is not set`,
        `Set ${variable} in the environment of Omni2 and start it again, or give a default: \${env:${variable}:-...}`,
      )
    }
    return value ?? fallback ?? ''
  })
}
