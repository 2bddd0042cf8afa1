import { useDocumentTitle } from '@mantine/hooks'

/** Names the page in the browser's tab and history. */
export const usePageTitle = (title: string): void => useDocumentTitle(`${title} - Omni2`)
