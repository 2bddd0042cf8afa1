import { convertCssVariables, DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme } from '@mantine/core'
import type { Plugin } from 'vite'
import { cssVariables, theme } from '../src/web/ui/theme.ts'

const ID = 'virtual:theme.css'

/** The theme as a style sheet. Mantine would write it into a style element, which the policy of our pages forbids. */
export const themeCss = (): Plugin => ({
  name: 'theme-css',
  resolveId: (id) => (id === ID ? ID : undefined),
  load(id) {
    if (id !== ID) return undefined
    const whole = mergeMantineTheme(DEFAULT_THEME, theme)
    const [base, own] = [defaultCssVariablesResolver(whole), cssVariables(whole)]
    return convertCssVariables({
      variables: { ...base.variables, ...own.variables },
      dark: { ...base.dark, ...own.dark },
      light: { ...base.light, ...own.light },
    })
  },
})
