import { API } from '../../api/route.ts'
import type { Collection } from '../../core/gateway/collection.ts'
import type { Collections } from '../../core/gateway/collections.ts'
import { collectionId } from '../../core/ids.ts'
import type { Fleet } from '../../core/watch/fleet.ts'
import type { HandlersOf } from '../http/register-routes.ts'
import { changedCollection, collectionView, newCollection } from '../views/collection.ts'
import { etagOf, expectedRevision } from '../views/etag.ts'
import { cursorNumber } from './cursor.ts'

type Deps = { readonly collections: Collections; readonly fleet: Fleet }

/** Chosen sets of servers and tools. */
export function collectionHandlers({ collections, fleet }: Deps) {
  const view = (collection: Collection) => collectionView(collection, fleet)
  return {
    async listCollections({ query }) {
      const after = cursorNumber(query.cursor, 0)
      const left = collections.all().filter(({ id }) => id > after)
      const page = left.slice(0, query.limit)
      const last = page.at(-1)
      return { collections: page.map(view), next_cursor: last && left.length > page.length ? String(last.id) : null }
    },
    async createCollection({ body, answer }) {
      const created = await collections.create(newCollection(body, fleet))
      answer.header('location', `${API}/collections/${created.id}`)
      answer.header('etag', etagOf(created))
      return view(created)
    },
    async getCollection({ params, answer }) {
      const collection = collections.get(collectionId(params.id))
      answer.header('etag', etagOf(collection))
      return view(collection)
    },
    async updateCollection({ params, body, headers, answer }) {
      const id = collectionId(params.id)
      const ifRevision = expectedRevision(headers['if-match'], collections.get(id).revision)
      const changed = await collections.update(id, (config) => changedCollection(config, body, fleet), ifRevision)
      answer.header('etag', etagOf(changed))
      return view(changed)
    },
    async deleteCollection({ params }) {
      await collections.remove(collectionId(params.id))
    },
  } satisfies HandlersOf<
    'listCollections' | 'createCollection' | 'getCollection' | 'updateCollection' | 'deleteCollection'
  >
}
