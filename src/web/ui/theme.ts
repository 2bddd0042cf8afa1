import { createTheme, type MantineTheme } from '@mantine/core'

/** Every colour, space and size of the dashboard. Components take them as `var(--...)`; no other file has a colour. */
export const theme = createTheme({
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.125rem', lineHeight: '1.4' },
      h2: { fontSize: '1rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  lineHeights: { xs: '1.35', sm: '1.4', md: '1.45', lg: '1.5', xl: '1.5' },
  spacing: { xs: '0.375rem', sm: '0.625rem', md: '0.875rem', lg: '1.25rem', xl: '1.75rem' },
  radius: { xs: '2px', sm: '4px', md: '6px', lg: '8px', xl: '12px' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  primaryColor: 'ocean',
  primaryShade: { light: 8, dark: 7 },
  colors: {
    ocean: [
      '#eef4ff',
      '#dbe6fb',
      '#b5cbf5',
      '#8baef0',
      '#6895eb',
      '#5285e9',
      '#477de9',
      '#386bcf',
      '#2e5fba',
      '#2053a5',
    ],
    // White text on the filled shades can be read.
    red: ['#fff5f5', '#ffe3e3', '#ffc9c9', '#ffa8a8', '#ff8787', '#ff6b6b', '#fa5252', '#c92a2a', '#c92a2a', '#a61e1e'],
    dark: [
      '#e3e6ea',
      '#c3c8d0',
      '#9aa2ae',
      '#7d8591',
      '#2d333c',
      '#232830',
      '#191d23',
      '#111418',
      '#0c0f12',
      '#07090b',
    ],
  },
  components: {
    // Locking the page's scrolling writes a style element, which our policy forbids.
    Modal: { defaultProps: { lockScroll: false, centered: true, closeButtonProps: { 'aria-label': 'Close' } } },
    Drawer: { defaultProps: { lockScroll: false, closeButtonProps: { 'aria-label': 'Close' } } },
    // A header element outside the page's content would be a second banner.
    ModalHeader: { defaultProps: { role: 'none' } },
    DrawerHeader: { defaultProps: { role: 'none' } },
    Tooltip: { defaultProps: { openDelay: 250, withArrow: true, multiline: true, maw: 320 } },
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { size: 'md', variant: 'subtle', color: 'gray' } },
    Notification: {
      defaultProps: { closeButtonProps: { 'aria-label': 'Dismiss' } },
      styles: { description: { color: 'var(--mantine-color-dimmed)' } },
    },
    SegmentedControl: { defaultProps: { transitionDuration: 0 } },
    TextInput: { defaultProps: { size: 'sm' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
  },
})

/** What Mantine has no word for. A tone is what a thing means, such as the status of a server; each has a faint ground. */
const TONES = {
  good: { light: '#18794e', dark: '#4cc38a' },
  bad: { light: '#c62a2f', dark: '#ff7b80' },
  warn: { light: '#9a4d00', dark: '#f5a623' },
  info: { light: '#0b5fbd', dark: '#70b8ff' },
  quiet: { light: '#5c6570', dark: '#9aa2ae' },
} as const

export type Tone = keyof typeof TONES

export const cssVariables = ({ white }: MantineTheme) => ({
  variables: {
    '--header-height': '2.75rem',
    '--row-height': '2.5rem',
    ...Object.fromEntries(
      Object.keys(TONES).map((tone) => [
        `--tone-${tone}-ground`,
        `color-mix(in srgb, var(--tone-${tone}) 12%, transparent)`,
      ]),
    ),
  },
  light: {
    ...tones('light'),
    '--mantine-color-error': TONES.bad.light,
    '--mantine-color-dimmed': TONES.quiet.light,
    '--mantine-color-placeholder': '#6b7480',
    '--mantine-color-body': white,
    '--surface': '#f6f7f9',
    '--line': '#dfe3e8',
  },
  dark: { ...tones('dark'), '--mantine-color-error': TONES.bad.dark, '--surface': '#191d23', '--line': '#2d333c' },
})

const tones = (scheme: 'light' | 'dark') =>
  Object.fromEntries(Object.entries(TONES).map(([tone, colour]) => [`--tone-${tone}`, colour[scheme]]))
