import { parseArgs } from 'node:util'

export type Options = {
  /** Preferred; another one is taken when it is in use. */
  readonly port: number
  /** How long the fleet may take to be seen as it is. */
  readonly seconds: number
  /** Ends once the fleet is seen as it is, or the time is over. */
  readonly once: boolean
}

export const USAGE = `npm run demo -- [options]

  --once         end when every server is seen as it is (exit code 0), or is not in time (1)
  --seconds <n>  how long that may take (15)
  --port <n>     port for Omni2, or another when it is in use (8000)
`

/** Undefined when help was asked for. @throws for what is not an option. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '8000' },
      seconds: { type: 'string', default: '15' },
      once: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  return { port: within(values.port, 65_535), seconds: within(values.seconds, 3_600), once: values.once }
}

function within(text: string, max: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > max) throw new Error(`Expected 1-${max}, got ${text}`)
  return value
}
