import { z } from 'zod'
import {
  CollectionList,
  CollectionQuery,
  CollectionView,
  CreateCollectionInput,
  UpdateCollectionInput,
} from '../collections.ts'
import { pathId } from '../query.ts'
import { API, type Route } from '../route.ts'

const COLLECTIONS = `${API}/collections` as const
const params = z.strictObject({ id: pathId })
const tags = ['collections']

/** Chosen sets of servers and tools, each with an endpoint of its own. */
export const collectionRoutes = {
  listCollections: {
    method: 'GET',
    path: COLLECTIONS,
    access: 'viewer',
    summary: 'List collections',
    tags,
    query: CollectionQuery,
    status: 200,
    answer: CollectionList,
  },
  createCollection: {
    method: 'POST',
    path: COLLECTIONS,
    access: 'admin',
    summary: 'Make a collection; it is there for agents at once',
    tags,
    body: CreateCollectionInput,
    status: 201,
    answer: CollectionView,
  },
  getCollection: {
    method: 'GET',
    path: `${COLLECTIONS}/:id`,
    access: 'viewer',
    summary: 'One collection',
    tags,
    params,
    status: 200,
    answer: CollectionView,
  },
  updateCollection: {
    method: 'PATCH',
    path: `${COLLECTIONS}/:id`,
    access: 'admin',
    summary: 'Change a collection; with If-Match only while its etag is that one',
    tags,
    params,
    body: UpdateCollectionInput,
    status: 200,
    answer: CollectionView,
  },
  deleteCollection: {
    method: 'DELETE',
    path: `${COLLECTIONS}/:id`,
    access: 'admin',
    summary: 'Remove a collection and its endpoint; its servers stay',
    tags,
    params,
    status: 204,
  },
} as const satisfies Record<string, Route>
