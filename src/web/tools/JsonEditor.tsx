import { json } from '@codemirror/lang-json'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { Annotation } from '@codemirror/state'
import { EditorView, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { minimalSetup } from 'codemirror'
import { useEffect, useRef } from 'react'

/** Marks what did not come from typing. */
const fromOutside = Annotation.define<boolean>()

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
  /** What went out and has not come back as `text` yet: who types fast is ahead of the page. */
  const sent = useRef<string[]>([])
  useEffect(() => {
    latest.current = { text, onChange }
    const known = sent.current.indexOf(text)
    sent.current = sent.current.slice(known + 1)
    const view = editor.current
    if (known >= 0 || !view || view.state.doc.toString() === text) return
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, annotations: fromOutside.of(true) })
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
        syntaxHighlighting(colours),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label }),
        typeOver,
        EditorView.updateListener.of(({ docChanged, state, transactions }) => {
          if (!docChanged || transactions.some((change) => change.annotation(fromOutside))) return
          const now = state.doc.toString()
          sent.current.push(now)
          latest.current.onChange(now)
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

/** When lines are typed over, the browser would join them with style attributes, which the policy refuses. */
const typeOver = EditorView.domEventHandlers({
  beforeinput({ inputType, data }, view) {
    if (inputType !== 'insertText' || data === null || view.state.selection.main.empty) return false
    view.dispatch(view.state.replaceSelection(data), { userEvent: 'input.type' })
    return true
  },
})

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

const colours = HighlightStyle.define([
  { tag: tags.string, color: 'var(--tone-good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--tone-info)' },
  { tag: tags.propertyName, color: 'var(--mantine-color-text)' },
  { tag: [tags.separator, tags.brace, tags.squareBracket], color: 'var(--mantine-color-dimmed)' },
])
