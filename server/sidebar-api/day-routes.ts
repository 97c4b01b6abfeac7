import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Access } from './access.ts'
import * as contract from './contract.ts'
import { createFindFriends, type FindFriendsDeps } from './find-friends.ts'
import { createMyDay, type MyDayDeps } from './my-day.ts'
import { createMyNumbers, type MyNumbersDeps } from './my-numbers.ts'

export type DayRouteDeps = MyDayDeps & MyNumbersDeps & FindFriendsDeps & { access: Access }

/** Before and beside the chat: what waits over all one's own customers, and finding one of them. */
export function dayRoutes(app: FastifyInstance, { access, ...deps }: DayRouteDeps): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>()
  const config = { scope: 'library' } as const
  const myDay = createMyDay(deps)
  const myNumbers = createMyNumbers(deps)
  const findFriends = createFindFriends(deps)

  typed.get('/day', { schema: { response: { 200: contract.MyDay } }, config }, (request) =>
    access.asPerson(request, (tx, { userId }) => myDay(tx, userId)),
  )

  typed.get('/day/numbers', { schema: { response: { 200: contract.MyNumbers } }, config }, (request) =>
    access.asPerson(request, (tx, { userId }) => myNumbers(tx, userId)),
  )

  typed.get(
    '/day/find',
    { schema: { querystring: contract.FindQuery, response: { 200: contract.FoundFriends } }, config },
    (request) => access.asPerson(request, (tx, { userId }) => findFriends(tx, userId, request.query.q)),
  )
}
