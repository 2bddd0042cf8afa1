import { parentPort } from 'node:worker_threads'
import { Ajv, type ErrorObject, type Options } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { default as addFormats } from 'ajv-formats'

export type SchemaRequest = { readonly id: number; readonly schema: object; readonly value: unknown }

export type SchemaReply = { readonly id: number } & (
  | { readonly errors: readonly { readonly path: string; readonly message: string }[] }
  /** Why the schema cannot be used. */
  | { readonly unusable: string }
)

const MOST_ERRORS = 20
const LONGEST = 300

/** Unknown keywords and formats are allowed by the specification; nothing is loaded from anywhere. */
const OPTIONS: Options = { strict: false, allErrors: true, logger: false, ownProperties: true }

parentPort?.on('message', ({ id, schema, value }: SchemaRequest) => {
  parentPort?.postMessage({ id, ...judge(schema, value) } satisfies SchemaReply)
})

function judge(schema: object, value: unknown) {
  try {
    const validate = compiler(schema).compile(schema)
    return { errors: validate(value) ? [] : (validate.errors ?? []).slice(0, MOST_ERRORS).map(told) }
  } catch (error) {
    return { unusable: (error instanceof Error ? error.message : String(error)).slice(0, LONGEST) }
  }
}

/** A new one each time: the names that schemas give themselves belong to their server alone. */
function compiler(schema: object): Ajv {
  const isDraft7 = '$schema' in schema && String(schema.$schema).includes('json-schema.org/draft-0')
  const ajv = isDraft7 ? new Ajv(OPTIONS) : new Ajv2020(OPTIONS)
  addFormats.default(ajv)
  return ajv
}

const told = ({ instancePath, message, params }: ErrorObject) => ({
  path: instancePath,
  message: `${message ?? 'does not fit'}${extraOf(params)}`.slice(0, LONGEST),
})

/** Ajv names these only in the parameters. */
function extraOf(params: Record<string, unknown>): string {
  const extra = params.additionalProperty ?? params.unevaluatedProperty ?? params.allowedValues ?? params.allowedValue
  return extra === undefined ? '' : `: ${typeof extra === 'string' ? extra : JSON.stringify(extra)}`
}
