import { useMutation } from '@tanstack/react-query'
import type { z } from 'zod'
import type { DiscoverInput } from '../../api/server-input.ts'
import { api } from '../api/mcpApi.ts'

/** Checks what a form holds, without saving it. */
export const useTest = () =>
  useMutation({ mutationFn: (body: z.input<typeof DiscoverInput>) => api.discoverServer({ body }) })
