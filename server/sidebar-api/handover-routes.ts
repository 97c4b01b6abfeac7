import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Tx } from '../core/db/tx.ts'
import { AppError } from '../core/kernel/app-error.ts'
import type { Handover } from '../operations/handover/handover.ts'
import { requestForOne } from '../operations/handover/handover-request.ts'
import type { customerQueries } from '../records/customers/customer-queries.ts'
import type { staffQueries } from '../records/staff/staff-queries.ts'
import type { Access, Guide } from './access.ts'
import type { Colleague } from './colleagues.ts'
import { Accepted } from './contract.ts'
import { HandOver, Takers } from './contract-handover.ts'
import { OfCustomer } from './customer-routes.ts'

export interface HandoverRouteDeps {
  access: Access
  handover: Pick<Handover, 'start' | 'queries'>
  staff: { queries: Pick<typeof staffQueries, 'all'> }
  customers: { queries: Pick<typeof customerQueries, 'followsOf' | 'countsOf'> }
}

const OK = { ok: true as const }

/** A lead hands a customer of the own departments over to another guide of theirs (在职继承). */
export function handoverRoutes(app: FastifyInstance, { access, handover, staff, customers }: HandoverRouteDeps): void {
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

  /** Friends first, since to them it goes without asking; then whoever has the fewest customers. */
  async function withLoad(tx: Tx, takers: Colleague[], externalUserId: string): Promise<Takers['takers']> {
    const ids = takers.map(({ userId }) => userId)
    const counts = await customers.queries.countsOf(tx, ids)
    const follows = await customers.queries.followsOf(tx, externalUserId)
    const friends = new Set(follows.filter(({ active }) => active).map(({ userId }) => userId))
    return takers
      .map((one) => ({ ...one, customers: counts.get(one.userId) ?? 0, isFriend: friends.has(one.userId) }))
      .sort((a, b) => Number(b.isFriend) - Number(a.isFriend) || a.customers - b.customers)
  }

  typed.get(
    '/customers/:externalUserId/takers',
    { schema: { params: OfCustomer, response: { 200: Takers } }, config: { scope: 'customer.lead' } },
    (request) =>
      access.withCustomer(request, async (tx, guide, externalUserId) => ({
        takers: await withLoad(tx, await takersOf(tx, guide), externalUserId),
      })),
  )

  typed.post(
    '/customers/:externalUserId/hand-over',
    {
      schema: { params: OfCustomer, body: HandOver, response: { 200: Accepted } },
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
