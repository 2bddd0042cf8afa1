import { isLoopback, isWildcard } from '../access/hosts.ts'
import type { Config } from '../config/config.ts'
import { type Finding, ok, problem, skipped, warning } from './finding.ts'

type Settings = Pick<Config, 'host' | 'port' | 'publicUrl' | 'allowedHosts' | 'trustedProxies' | 'stdioAllowed'>

/** Who can reach Omni2 by these settings, and what that means. */
export function judgeAddress(settings: Settings): readonly Finding[] {
  const { host, publicUrl, stdioAllowed } = settings
  const surprises = isLoopback(host) ? proxied(settings) : [...proxied(settings), ...exposed(settings)]
  const reach = isLoopback(host) ? 'this machine only' : 'other machines too'
  const commands = stdioAllowed ? 'commands (stdio servers) may run' : 'commands (stdio servers) may not run'
  const address = publicUrl === undefined ? host : `${host}, known as ${publicUrl}`
  return [ok('address', `${address}: for ${reach}; ${commands}`), ...surprises]
}

function proxied({ publicUrl, trustedProxies }: Settings): readonly Finding[] {
  const trustsNobody = trustedProxies === 0 || (Array.isArray(trustedProxies) && trustedProxies.length === 0)
  if (publicUrl === undefined || !trustsNobody) return []
  return [
    warning(
      'address',
      `People come by ${publicUrl}, but no proxy is trusted: limits count all of them as one`,
      'Set OMNI2_TRUSTED_PROXIES=1 if there is one proxy in front.',
    ),
  ]
}

function exposed({ host, publicUrl, allowedHosts }: Settings): readonly Finding[] {
  const named = publicUrl !== undefined || allowedHosts.length > 0 || !isWildcard(host)
  return [
    ...(named
      ? []
      : [
          warning(
            'address',
            'Requests that name anything but localhost are refused with 403',
            'Set OMNI2_PUBLIC_URL or OMNI2_ALLOWED_HOSTS to the names that people and probes use.',
          ),
        ]),
    ...(publicUrl?.startsWith('https://')
      ? []
      : [
          warning(
            'address',
            'Tokens and sessions cross the network unencrypted',
            'Put a proxy with TLS before Omni2 and set OMNI2_PUBLIC_URL=https://...',
          ),
        ]),
  ]
}

/** What came of trying to listen. `taken`: by whom, as far as what answers there tells. */
export type PortFacts =
  | { readonly state: 'free' }
  | { readonly state: 'taken'; readonly by: 'omni2' | 'other' }
  | { readonly state: 'refused'; readonly code: string }

/** `running`: whether an Omni2 holds the data folder; undefined when that cannot be told. */
export function judgePort({ host, port }: Settings, facts: PortFacts, running: boolean | undefined): Finding {
  const where = `${host}:${port}`
  const another = 'Choose another with --port or OMNI2_PORT.'
  if (port === 0) return skipped('port', 'Any free one will be taken')
  switch (facts.state) {
    case 'free':
      return running
        ? warning(
            'port',
            `${where} is free, though Omni2 runs: it was started with other settings`,
            'Give this command the same.',
          )
        : ok('port', `${where} is free`)
    case 'taken':
      if (facts.by === 'other') return problem('port', `Another program listens on ${where}`, another)
      return running === false
        ? problem('port', `An Omni2 on another data folder listens on ${where}`, another)
        : ok('port', `Omni2 listens on ${where}`)
    case 'refused':
      return problem('port', `Nobody can listen on ${where} (${facts.code})`, refusalAdvice(facts.code))
  }
}

function refusalAdvice(code: string): string {
  if (code === 'EACCES') return 'Choose a port from 1024 on, or give the service CAP_NET_BIND_SERVICE.'
  return 'Set OMNI2_HOST to an address of this machine.'
}
