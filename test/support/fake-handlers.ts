import { ROUTES } from '../../src/api/routes.ts'
import { AppError } from '../../src/core/errors.ts'
import type { Handlers } from '../../src/server/http/register-routes.ts'

/** Handlers that are never what a test is about: each is `reached` and refuses with 409. */
export function fakeHandlers(over: Partial<Handlers> = {}, reached: (route: string) => void = () => {}): Handlers {
  const fakes = Object.keys(ROUTES).map((name) => [
    name,
    async () => {
      reached(name)
      throw new AppError('conflict', `reached ${name}`)
    },
  ])
  return { ...(Object.fromEntries(fakes) as Handlers), ...over } // one per route, by the same table as the type
}
