import { parseUrl } from '../core/config/public-url.ts'
import type { ServerConfig } from '../core/config/server.ts'
import type { FieldError } from '../core/errors.ts'
import { type AddressPolicy, judgeUrl } from '../mcp/http/address-rules.ts'
import { invalid } from './views/invalid.ts'

export type TargetRules = { readonly addresses: AddressPolicy; readonly stdioAllowed: boolean }

/** Why a server with this configuration may not be registered or tried here; undefined when it may. */
export function targetProblem({ target }: ServerConfig, rules: TargetRules): FieldError | undefined {
  if (target.protocol === 'stdio') {
    const message = 'Commands may not be run here: bind Omni2 to 127.0.0.1 or set OMNI2_STDIO=allow'
    return rules.stdioAllowed ? undefined : { path: 'command', message }
  }
  // A host that is a reference is known, and judged, only when it is connected to.
  const judgement = judgeUrl(parseUrl(target.url.reveal())?.url.href ?? '', rules.addresses)
  return judgement.allowed ? undefined : { path: 'url', message: `The address is not allowed: ${judgement.why}` }
}

/** @throws AppError 'invalid_input' */
export function assertTarget(config: ServerConfig, rules: TargetRules): ServerConfig {
  const problem = targetProblem(config, rules)
  if (problem) throw invalid(problem.path, problem.message)
  return config
}
