/** The theme as a style sheet, which the build makes of `ui/theme.ts`. */
declare module 'virtual:theme.css'
