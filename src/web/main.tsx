import './app/jitless.ts'
import '@mantine/core/styles.layer.css'
import '@mantine/notifications/styles.layer.css'
import '@mantine/spotlight/styles.layer.css'
import 'virtual:theme.css'
import './ui/page.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/App.tsx'
import { applyColourScheme } from './app/colour-scheme.ts'
import { createDashboard } from './app/dashboard.ts'
import { signInByLink } from './app/sign-in-link.ts'

const root = document.getElementById('root')
if (!root) throw new Error('The page has no #root')
applyColourScheme()
const linkError = await signInByLink()
createRoot(root).render(
  <StrictMode>
    <App dashboard={createDashboard({ linkError })} />
  </StrictMode>,
)
