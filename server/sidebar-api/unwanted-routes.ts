import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../core/kernel/clock.ts'
import { DAY_MS, shanghaiText } from '../core/kernel/shanghai.ts'
import type { Consents } from '../records/privacy/consents.ts'
import { SCOPE_WORDS } from '../records/privacy/scope-words.ts'
import type { Timeline } from '../records/timeline/timeline.ts'
import type { Access } from './access.ts'
import { Accepted } from './contract.ts'
import { Unwanted, UnwantedChange } from './contract-unwanted.ts'
import { OfCustomer } from './customer-routes.ts'

export interface UnwantedRouteDeps {
  access: Access
  clock: Clock
  privacy: { consents: Pick<Consents, 'record' | 'refusedNow'> }
  timeline: Pick<Timeline, 'note'>
}

/** What a customer told their guide that they do not want, which everything that goes out by itself keeps to at once. */
export function unwantedRoutes(app: FastifyInstance, deps: UnwantedRouteDeps): void {
  const { access, clock, privacy, timeline } = deps
  const typed = app.withTypeProvider<TypeBoxTypeProvider>()

  typed.get(
    '/customers/:externalUserId/unwanted',
    { schema: { params: OfCustomer, response: { 200: Unwanted } }, config: { scope: 'customer' } },
    (request) =>
      access.withCustomer(request, async (tx, _guide, externalUserId) => ({
        unwanted: (await privacy.consents.refusedNow(tx, 'marketing', externalUserId)).map((row) => ({
          scope: row.scope,
          sinceMs: row.at,
          untilMs: row.until_at,
        })),
      })),
  )

  typed.post(
    '/customers/:externalUserId/unwanted',
    {
      schema: { params: OfCustomer, body: UnwantedChange, response: { 200: Accepted } },
      config: { scope: 'customer.change' },
    },
    (request) =>
      access.withCustomer(request, async (tx, guide, externalUserId) => {
        const { scope, refuses, days, key } = request.body
        const before = await privacy.consents.refusedNow(tx, 'marketing', externalUserId)
        const isRefused = before.some((one) => one.scope === scope)
        // Who never refused has nothing to take back.
        if (!refuses && !isRefused) return { ok: true as const }
        guide.was({ refuses: before.map((one) => one.scope) })
        const untilMs = refuses && days !== null ? clock.now() + days * DAY_MS : undefined
        const isNew = await privacy.consents.record(tx, {
          ...{ externalUserId, kind: 'marketing', scope, untilMs, source: 'guide', byWhom: guide.person.userId },
          state: refuses ? 'refused' : 'given',
        })
        if (!isNew) return { ok: true as const }
        const until = untilMs === undefined ? '' : `，到 ${shanghaiText(untilMs).slice(0, 10)}`
        const text = refuses ? `客户不想收到${SCOPE_WORDS[scope]}${until}` : `客户又愿意收到${SCOPE_WORDS[scope]}`
        await timeline.note(tx, {
          key: `refusal:${externalUserId}:${key}`,
          ...{ externalUserId, userId: guide.userId, atMs: clock.now(), kind: 'customer.refusal', text },
          reason: { text: `${guide.words}在侧边栏里记的` },
        })
        return { ok: true as const }
      }),
  )
}
