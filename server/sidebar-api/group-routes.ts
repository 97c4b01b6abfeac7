import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { Access } from './access.ts'
import * as contract from './contract.ts'
import { createGroupPane, type GroupPaneDeps } from './group-pane.ts'

export interface GroupRouteDeps extends GroupPaneDeps {
  access: Access
}

/** Without blanks around it: MySQL compares as if they were not there. */
const OfGroup = Type.Object({ chatId: Type.String({ pattern: '^\\S(.{0,62}\\S)?$' }) })

/** What stands beside a customer group. */
export function groupRoutes(app: FastifyInstance, { access, ...deps }: GroupRouteDeps): void {
  const groupPane = createGroupPane(deps)
  app
    .withTypeProvider<TypeBoxTypeProvider>()
    .get(
      '/groups/:chatId',
      { schema: { params: OfGroup, response: { 200: contract.GroupPane } }, config: { scope: 'group' } },
      (request) => access.withGroup(request, groupPane),
    )
}
