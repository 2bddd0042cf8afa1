import type { ToolCallAnswer } from '../../api/tool-call.ts'
import classes from './Result.module.css'

const WORDS = {
  valid: { tone: 'good', text: 'It is as the output schema of the tool says.' },
  invalid: { tone: 'bad', text: 'It is not as the output schema of the tool says:' },
  missing: { tone: 'bad', text: 'The tool declares an output schema, and answered no structured content.' },
  no_schema: { tone: 'quiet', text: 'The tool declares no output schema.' },
  unchecked: { tone: 'quiet', text: 'It was not compared with the output schema.' },
} as const

type Props = { readonly verdict: NonNullable<ToolCallAnswer['output_schema']> }

/** Whether the structured content is what the tool promised. */
export function Verdict({ verdict: { verdict, detail, errors } }: Props) {
  const { tone, text } = WORDS[verdict]
  return (
    <div className={classes.verdict} data-tone={tone}>
      {text} {verdict === 'unchecked' && detail}
      {errors.length > 0 && (
        <ul>
          {errors.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              {path && <code>{path}</code>} {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
