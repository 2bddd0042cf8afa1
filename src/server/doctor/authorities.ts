import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Finding, ok, problem, warning } from './finding.ts'

/** The file of certificate authorities; `certificates` undefined when it cannot be read as one. */
export type AuthorityFacts = {
  readonly path: string
  readonly fault: string | undefined
  /** Ends of validity, epoch milliseconds. */
  readonly certificates: readonly { readonly subject: string; readonly endsAt: number }[]
}

export function judgeAuthorities({ path, fault, certificates }: AuthorityFacts, now: number): Finding {
  if (fault !== undefined) {
    return problem(
      'authorities',
      `${path} cannot be used: ${fault}`,
      'Correct OMNI2_CA_FILE: a PEM file that this user can read.',
    )
  }
  if (certificates.length === 0) {
    return problem('authorities', `${path} holds no certificate`, 'Put certificates in PEM format into it.')
  }
  const ended = certificates.find(({ endsAt }) => endsAt < now)
  if (ended) {
    const at = new Date(ended.endsAt).toISOString()
    return warning(
      'authorities',
      `${path}: ${ended.subject} ended at ${at}`,
      'Replace it: what it signed is not trusted.',
    )
  }
  return ok('authorities', `${path}: ${certificates.length} more authorities are trusted`)
}

export async function readAuthorities(path: string): Promise<AuthorityFacts> {
  try {
    const text = await readFile(path, 'utf8')
    const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
    const certificates = blocks.map((block) => {
      const { subject, validToDate } = new X509Certificate(block)
      return { subject: subject.replace(/\s+/g, ' '), endsAt: validToDate.getTime() }
    })
    return { path, fault: undefined, certificates }
  } catch (error) {
    const fault = error instanceof Error && 'code' in error ? String(error.code) : 'no certificate'
    return { path, fault, certificates: [] }
  }
}
