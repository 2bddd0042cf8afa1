import { usePageTitle } from '../ui/page-title.ts'
import classes from './Agents.module.css'
import { CollectionList } from './CollectionList.tsx'
import { ConnectPanel } from './ConnectPanel.tsx'
import { useFreshCollections } from './fresh-collections.ts'

/** How agents get in, and the choices that are made for them. */
export function AgentsPage() {
  usePageTitle('Agents')
  useFreshCollections()
  return (
    <div className={classes.page}>
      <h1 className={classes.title}>Agents</h1>
      <section className={classes.section} aria-label="Connect an agent">
        <h2>Connect an agent</h2>
        <p className={classes.about}>Choose its program and what it is to reach, and paste what stands below.</p>
        <ConnectPanel />
      </section>
      <section className={classes.section} aria-label="Collections">
        <h2>Collections</h2>
        <p className={classes.about}>Chosen servers and tools under one endpoint. Tokens can be limited to them.</p>
        <CollectionList />
      </section>
    </div>
  )
}
