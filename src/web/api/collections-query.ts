import { queryOptions } from '@tanstack/react-query'
import { api } from './mcpApi.ts'

export const collectionsQuery = queryOptions({
  queryKey: ['collections'],
  queryFn: async ({ signal }) => (await api.listCollections({ query: { limit: 1_000 }, signal })).collections,
})

export const collectionQuery = (id: number) =>
  queryOptions({
    queryKey: ['collections', id],
    queryFn: ({ signal }) => api.getCollection({ params: { id }, signal }),
  })
