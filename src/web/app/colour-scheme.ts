import { localStorageColorSchemeManager } from '@mantine/core'

/** Where the choice is kept; `auto` follows the system. */
export const colourSchemes = localStorageColorSchemeManager({ key: 'omni2-colour-scheme' })

/** Before the first frame, so that no page flashes in the other scheme. */
export function applyColourScheme(): void {
  const chosen = colourSchemes.get('auto')
  const dark = chosen === 'dark' || (chosen === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.mantineColorScheme = dark ? 'dark' : 'light'
}
