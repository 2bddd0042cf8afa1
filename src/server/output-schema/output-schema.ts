import type { OutputSchemaView } from '../../api/tool-call.ts'
import type { JsonObject } from '../../core/capabilities.ts'
import { isPlainObject } from '../../core/config/json-object.ts'
import type { SchemaThread } from './schema-thread.ts'

/** How a tool's result agrees with the output schema in its `definition`; undefined for a tool that was never listed. */
export async function outputSchemaVerdict(
  result: JsonObject,
  definition: JsonObject | undefined,
  schemas: SchemaThread,
): Promise<OutputSchemaView> {
  const schema = definition?.outputSchema
  if (schema === undefined) return { verdict: 'no_schema', detail: null, errors: [] }
  if (result.isError === true) return unchecked('The tool reported an error, which its schema does not describe.')
  if (result.structuredContent === undefined) {
    const detail = 'The tool declares an output schema and sent no structured content.'
    return { verdict: 'missing', detail, errors: [] }
  }
  if (!isPlainObject(schema)) return unchecked('The output schema is not a JSON object.')
  const found = await schemas.compare(schema, result.structuredContent)
  if ('unusable' in found) return unchecked(`The output schema cannot be used: ${found.unusable}`)
  if (found.errors.length === 0) return { verdict: 'valid', detail: null, errors: [] }
  return {
    verdict: 'invalid',
    detail: 'The structured content is not as the output schema says.',
    errors: [...found.errors],
  }
}

const unchecked = (detail: string): OutputSchemaView => ({ verdict: 'unchecked', detail, errors: [] })
