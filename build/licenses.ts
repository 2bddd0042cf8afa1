import { z } from 'zod'

/** As Vite writes it of everything that went into a bundle. */
const Licenses = z.array(
  z.object({
    name: z.string(),
    version: z.string(),
    identifier: z.string().optional(),
    text: z.string().optional(),
  }),
)

const ABOUT = `# Licenses of third parties

Omni2 is under the MIT license, which stands in LICENSE. This package holds code of the following packages. The files in
\`dist/static\` are those of swagger-ui, which is under the Apache License 2.0, as @opentelemetry/api below is.
`

/** One text for all bundles: each package once, with its license. */
export function licensesText(bundles: readonly string[]): string {
  const all = bundles.flatMap((json) => Licenses.parse(JSON.parse(json)))
  const texts = all.map(
    ({ name, version, identifier = 'unknown', text }) =>
      [`${name} ${version}`, `## ${name} ${version} (${identifier})\n\n${text ?? 'See the package.'}\n`] as const,
  )
  const once = [...new Map(texts)].sort(([a], [b]) => a.localeCompare(b))
  return [ABOUT, ...once.map(([, text]) => text)].join('\n')
}
