/** Ten tools of a usual size. With a number they are those of one server alone, else of all. */
export const toolsOf = (server?: number) =>
  Array.from({ length: 10 }, (_, index) => ({
    name: `look-up-${index}`,
    description: `Looks up records of kind ${server ?? ''}${index} by text, with filters for when they were made and by whom.`,
    inputSchema: {
      type: 'object',
      properties: {
        query: { type: 'string', description: `Words that the record must hold${server ? `, of ${server}` : ''}` },
        limit: { type: 'integer', minimum: 1, maximum: 100, description: 'How many records to answer at most' },
        since: { type: 'string', format: 'date-time', description: 'Only records made since then' },
      },
      required: ['query'],
    },
  }))

/** Twenty tools of one server alone. */
export const twentyToolsOf = (server: number) =>
  ['old', 'new'].flatMap((kind) => toolsOf(server).map((tool) => ({ ...tool, name: `${tool.name}-${kind}` })))
