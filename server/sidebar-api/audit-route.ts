import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { auditQueries } from '../records/audit/audit-queries.ts'
import type { Access } from './access.ts'
import * as contract from './contract.ts'

const PAGE = 50

/** The audit, for the owner and the auditor; that they read it is a row of it, too. */
export function auditRoute(app: FastifyInstance, { access }: { access: Access }): void {
  app.withTypeProvider<TypeBoxTypeProvider>().get(
    '/audit',
    {
      schema: { querystring: contract.AuditQuery, response: { 200: contract.AuditPage } },
      config: { scope: 'audit' },
    },
    (request) =>
      access.asPerson(request, async (tx) => {
        const { before } = request.query
        const beforeSeq = before === undefined ? undefined : Number(before)
        const rows = await auditQueries.list(tx, { beforeSeq }, PAGE)
        const last = rows.length < PAGE ? undefined : rows.at(-1)
        return {
          rows: rows.map(({ seq, atMs, actor, actorKind, origin, what, customer = null, detail }) => ({
            ...{ seq, atMs, actor, actorKind, origin, what, customer },
            detail: JSON.stringify(detail),
          })),
          nextBefore: last === undefined ? null : String(last.seq),
        }
      }),
  )
}
