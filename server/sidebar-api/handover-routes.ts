import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Tx } from '../core/db/tx.ts'
import { AppError } from '../core/kernel/app-error.ts'
import type { OwnOrigin } from '../engine/http/own-origin.ts'
import type { Handover } from '../operations/handover/handover.ts'
import { requestForOne } from '../operations/handover/handover-request.ts'
import type { staffQueries } from '../records/staff/staff-queries.ts'
import type { Access, Guide } from './access.ts'
import type { Colleague } from './colleagues.ts'
import { Accepted } from './contract.ts'
import { HandOver, Takers } from './contract-handover.ts'
import { OfCustomer } from './customer-routes.ts'

export interface HandoverRouteDeps {
  access: Access
  own: OwnOrigin
  handover: Pick<Handover, 'start' | 'queries'>
  staff: { queries: Pick<typeof staffQueries, 'all'> }
}

const OK = { ok: true as const }

/** A lead hands a customer of the own departments over to another guide of theirs (在职继承). */
export function handoverRoutes(app: FastifyInstance, { access, own, handover, staff }: HandoverRouteDeps): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>()

  async function takersOf(tx: Tx, { userId: from, person }: Guide): Promise<Colleague[]> {
    const { leads } = person.standing
    return (await staff.queries.all(tx))
      .filter(
        ({ userId, state, isGuide, unseenAtMs }) => userId !== from && state === 'active' && isGuide && !unseenAtMs,
      )
      .filter(({ departments }) => departments.some((id) => leads.has(id)))
      .map(({ userId, name }) => ({ userId, name: name ?? userId }))
  }

  typed.get(
    '/customers/:externalUserId/takers',
    { schema: { params: OfCustomer, response: { 200: Takers } }, config: { scope: 'customer.lead' } },
    (request) => access.withCustomer(request, async (tx, guide) => ({ takers: await takersOf(tx, guide) })),
  )

  typed.post(
    '/customers/:externalUserId/hand-over',
    {
      schema: { params: OfCustomer, body: HandOver, response: { 200: Accepted } },
      preHandler: async (request) => own.mustBeOwnPage(request),
      config: { scope: 'customer.lead' },
    },
    (request) =>
      access.withCustomer(request, async (tx, guide, externalUserId) => {
        const { toUserId } = request.body
        guide.was({ guide: guide.userId })
        const open = await handover.queries.openOf(tx, externalUserId)
        // Asked for already, and the answer was lost.
        if (open?.fromUserId === guide.userId && open.toUserId === toUserId) return OK
        if (!(await takersOf(tx, guide)).some(({ userId }) => userId === toUserId)) throw noTaker()
        const asked = { ...requestForOne(guide.userId, toUserId, externalUserId), by: guide.person.name }
        const started = await handover.start(tx, asked)
        if ('handoverId' in started) return OK
        throw notNow('fault' in started ? started.fault : started.nothing.customers.blocked[0]?.why)
      }),
  )
}

const noTaker = (): AppError =>
  new AppError('sidebar.not-for-them', 'no guide of the lead’s departments', {
    status: 409,
    zh: '只能转给你店里能接待客户的导购，请刷新后再选。',
  })

const notNow = (why: string | undefined): AppError =>
  new AppError('sidebar.no-handover', 'the customer cannot be handed over', {
    status: 409,
    zh: `这位客户现在转不了：${why ?? '企业微信不支持'}。`,
  })
