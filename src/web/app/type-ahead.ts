/**
 * Takes in what is typed until a field is there that takes it; neither the page nor the field before gets any of it.
 * Ends with the answered function.
 */
export function typeAhead(change: (next: (text: string) => string) => void): () => void {
  const take = (event: KeyboardEvent) => {
    const { key, ctrlKey, metaKey, altKey } = event
    if (ctrlKey || metaKey || altKey) return
    if (key === 'Backspace') change((text) => text.slice(0, -1))
    else if (key.length === 1) change((text) => text + key)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  addEventListener('keydown', take, { capture: true })
  return () => removeEventListener('keydown', take, { capture: true })
}
