const KEY = 'omni2-browser-notifications'

/** Why the browser shows none, `off` when nobody asked for them. */
export type Outside = 'on' | 'off' | 'refused' | 'impossible'

/** Whether changes are told outside the page, as this browser remembers it. */
export function outsideState(): Outside {
  // They are there on pages of a secure origin only: https or this very machine.
  if (!('Notification' in window)) return 'impossible'
  if (Notification.permission === 'denied') return 'refused'
  return localStorage.getItem(KEY) === 'on' && Notification.permission === 'granted' ? 'on' : 'off'
}

/** Switches them on, for which the browser asks the person, or off. */
export async function switchOutside(isOn: boolean): Promise<Outside> {
  if (isOn && 'Notification' in window) await Notification.requestPermission()
  localStorage.setItem(KEY, isOn ? 'on' : 'off')
  return outsideState()
}

/** Tells it outside the page while nobody looks at the page. */
export function tellOutside(title: string, detail: string): void {
  if (document.hasFocus() || outsideState() !== 'on') return
  const notification = new Notification(title, { body: detail })
  notification.addEventListener('click', () => {
    window.focus()
    notification.close()
  })
}
