import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { CollectionView } from '../../api/collections.ts'
import { collectionQuery } from '../api/collections-query.ts'
import { useMay } from '../api/session.ts'
import { ErrorPlate } from '../ui/ErrorPlate.tsx'
import { Loading } from '../ui/Loading.tsx'
import { usePageTitle } from '../ui/page-title.ts'
import classes from './Agents.module.css'
import { CollectionForm } from './CollectionForm.tsx'
import { useFreshCollections } from './fresh-collections.ts'

const route = getRouteApi('/shell/collections/$id')

/** Makes or changes a collection. */
export function CollectionPage() {
  const { id } = route.useParams()
  const isNew = id === 'new'
  const mayEdit = useMay('admin')
  useFreshCollections()
  const { data, error, refetch } = useQuery({ ...collectionQuery(Number(id)), enabled: !isNew })
  usePageTitle(isNew ? 'New collection' : (data?.name ?? 'Collection'))
  return (
    <div className={classes.page}>
      <p className={classes.about}>
        <Link to="/agents" className={classes.name}>
          All collections
        </Link>
      </p>
      {error && <ErrorPlate error={error} what="The collection" heading="h1" onRetry={() => refetch()} />}
      {!isNew && !data && !error && <Loading what="the collection" />}
      {isNew && !mayEdit && <p>Only an admin may make a collection.</p>}
      {isNew && mayEdit && <CollectionForm key="new" base={undefined} now={undefined} onBase={() => {}} />}
      {data && <Editing key={data.id} collection={data} />}
    </div>
  )
}

/** What is edited is how it was when the form was opened or saved last, whatever changes meanwhile. */
function Editing({ collection }: { collection: CollectionView }) {
  const [base, setBase] = useState(collection)
  return <CollectionForm key={base.etag} base={base} now={collection} onBase={setBase} />
}
