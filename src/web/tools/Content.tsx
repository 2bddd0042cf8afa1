import { Button, CopyButton } from '@mantine/core'
import { useState } from 'react'
import { byteText, ContentBlock, jsonIn, mediaOf } from './content-block.ts'
import { JsonTree } from './JsonTree.tsx'
import classes from './Result.module.css'

/** One part of an answer, by what it is. All of it came from a server: text stays text, and links are not followed. */
export function Content({ raw }: { raw: unknown }) {
  const parsed = ContentBlock.safeParse(raw)
  if (!parsed.success) return <JsonTree value={raw} label="Content of a kind that is not known here" />
  const block = parsed.data
  switch (block.type) {
    case 'text':
      return <TextContent text={block.text} />
    case 'image':
    case 'audio':
      return <MediaContent data={block.data} mimeType={block.mimeType} />
    case 'resource_link':
      return <LinkContent {...block} />
    default:
      return <ResourceContent {...block.resource} />
  }
}

/** More is shown when asked for. */
const MAX_TEXT = 20_000

function TextContent({ text }: { text: string }) {
  const [asText, setAsText] = useState(false)
  const [isWhole, setWhole] = useState(false)
  const json = jsonIn(text)
  if (text === '') return <p className={classes.quiet}>An empty text</p>
  return (
    <div>
      {json && !asText ? (
        <JsonTree value={json} label="Text, which is JSON" />
      ) : (
        <pre className={classes.text}>{isWhole ? text : text.slice(0, MAX_TEXT)}</pre>
      )}
      <div className={classes.tools}>
        {json && (
          <Button size="compact-xs" variant="subtle" onClick={() => setAsText(!asText)}>
            {asText ? 'Show as JSON' : 'Show as text'}
          </Button>
        )}
        {!isWhole && text.length > MAX_TEXT && (!json || asText) && (
          <Button size="compact-xs" variant="subtle" onClick={() => setWhole(true)}>
            Show all {text.length.toLocaleString()} characters
          </Button>
        )}
        <Copy what="text" value={text} />
      </div>
    </div>
  )
}

export const Copy = ({ what, value }: { what: string; value: string }) => (
  <CopyButton value={value}>
    {({ copied, copy }) => (
      <Button size="compact-xs" variant="subtle" onClick={copy}>
        {copied ? 'Copied' : `Copy ${what}`}
      </Button>
    )}
  </CopyButton>
)

function MediaContent({ data, mimeType }: { data: string; mimeType: string }) {
  const media = mediaOf(data, mimeType)
  const what = `${mimeType}, ${byteText(media.bytes)}`
  switch (media.kind) {
    case 'image':
      return (
        <figure className={classes.media}>
          <img src={media.src} alt={`Of the tool, ${what}`} />
          <figcaption>{what}</figcaption>
        </figure>
      )
    case 'audio':
      return (
        <figure className={classes.media}>
          <audio controls src={media.src} aria-label={`Of the tool, ${what}`}>
            <track kind="captions" />
          </audio>
          <figcaption>{what}</figcaption>
        </figure>
      )
    default:
      return (
        <p className={classes.quiet}>
          {what}: {media.why}. It is in the raw response.
        </p>
      )
  }
}

type Link = {
  readonly uri: string
  readonly name?: string | undefined
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly mimeType?: string | undefined
}

const LinkContent = ({ uri, name, title, description, mimeType }: Link) => (
  <div className={classes.resource}>
    <strong>{title ?? name ?? 'A resource'}</strong> {mimeType && <span className={classes.quiet}>{mimeType}</span>}
    {description && <div>{description}</div>}
    <code>{uri}</code>
    <div className={classes.tools}>
      <Copy what="address" value={uri} />
    </div>
  </div>
)

type Resource = {
  readonly uri: string
  readonly mimeType?: string | undefined
  readonly text?: string | undefined
  readonly blob?: string | undefined
}

/** What a resource holds, with its address. */
const ResourceContent = ({ uri, mimeType = '', text, blob }: Resource) => (
  <div className={classes.resource}>
    <div>
      <code>{uri}</code> <span className={classes.quiet}>{mimeType}</span>
    </div>
    {text !== undefined && <TextContent text={text} />}
    {blob !== undefined && <MediaContent data={blob} mimeType={mimeType || 'application/octet-stream'} />}
  </div>
)
