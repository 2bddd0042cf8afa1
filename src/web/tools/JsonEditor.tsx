import { json } from '@codemirror/lang-json'
import { EditorView, lineNumbers } from '@codemirror/view'
import { minimalSetup } from 'codemirror'
import { useEffect, useRef } from 'react'

type Props = {
  readonly label: string
  readonly text: string
  readonly onChange: (text: string) => void
}

/**
 * An editor for JSON. It lives in a shadow root, into which its styles go as adopted sheets: a style element, which it
 * would write otherwise, is against the policy of our pages.
 */
export function JsonEditor({ label, text, onChange }: Props) {
  const host = useRef<HTMLDivElement>(null)
  const editor = useRef<EditorView>(null)
  const latest = useRef({ text, onChange })
  useEffect(() => {
    latest.current = { text, onChange }
    const view = editor.current
    const before = view?.state.doc.toString()
    if (view && before !== text) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } })
  }, [text, onChange])
  useEffect(() => {
    if (!host.current) return
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' })
    const view = new EditorView({
      doc: latest.current.text,
      parent: root,
      root,
      extensions: [
        minimalSetup,
        lineNumbers(),
        json(),
        look,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label }),
        EditorView.updateListener.of(({ docChanged, state }) => {
          const now = state.doc.toString()
          if (docChanged && now !== latest.current.text) latest.current.onChange(now)
        }),
      ],
    })
    editor.current = view
    return () => {
      view.destroy()
      editor.current = null
    }
  }, [label])
  return <div ref={host} />
}

const look = EditorView.theme({
  '&': {
    border: '1px solid var(--line)',
    borderRadius: 'var(--mantine-radius-sm)',
    background: 'var(--mantine-color-body)',
    color: 'var(--mantine-color-text)',
    fontSize: 'var(--mantine-font-size-sm)',
  },
  '&.cm-focused': { outline: '2px solid var(--mantine-primary-color-filled)', outlineOffset: '1px' },
  '.cm-content': {
    minHeight: '8rem',
    fontFamily: 'var(--mantine-font-family-monospace)',
    caretColor: 'var(--mantine-color-text)',
  },
  '.cm-scroller': { maxHeight: '28rem', overflow: 'auto' },
  '.cm-cursor': { borderLeftColor: 'var(--mantine-color-text)' },
  '.cm-gutters': {
    border: 'none',
    background: 'var(--surface)',
    color: 'var(--mantine-color-dimmed)',
  },
})
