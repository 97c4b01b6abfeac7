import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { Sops } from '../operations/sop/sop.ts'
import { OWN_KIND } from '../operations/tasks/remind-own.ts'
import type { Tasks as TasksCapability } from '../operations/tasks/tasks.ts'
import type { Order } from '../records/orders/order-queries.ts'
import type { staffQueries } from '../records/staff/staff-queries.ts'
import type { Timeline as TimelineCapability } from '../records/timeline/timeline.ts'
import type { Access } from './access.ts'
import type { Colleagues } from './colleagues.ts'
import * as contract from './contract.ts'
import { journeyView, notInView } from './journey-view.ts'
import { nextOf, pageBefore } from './paging.ts'
import type { ProfileDeps, ProfileReader } from './profile.ts'
import { createProposals, type ProposalDeps } from './proposals.ts'
import { scriptUses } from './script-uses.ts'
import { taskView } from './task-view.ts'
import { KINDS_OF, timelineView } from './timeline-view.ts'

export interface CustomerRouteDeps extends ProposalDeps {
  colleagues: Colleagues
  staff: { queries: Pick<typeof staffQueries, 'nameOf' | 'namesOf'> }
  access: Access
  profile: ProfileReader
  orders: ProfileDeps['orders']
  timeline: Pick<TimelineCapability, 'queries'>
  tasks: Pick<TasksCapability, 'queries'>
  sop: { queries: Pick<Sops['queries'], 'ofCustomer' | 'whyNot'> }
}

/** Without blanks around it: MySQL compares as if they were not there. */
export const OfCustomer = Type.Object({ externalUserId: Type.String({ pattern: '^\\S(.{0,62}\\S)?$' }) })

const ORDERS_SHOWN = 50
const CATEGORIES_SHOWN = 6
const JOURNEYS_SHOWN = 20
const PAGE = 30

/** What a guide sees of one customer. */
export function customerRoutes(app: FastifyInstance, deps: CustomerRouteDeps): void {
  const { access, colleagues, rules, profile, orders, staff, timeline, tasks, media, sop } = deps
  const proposals = createProposals(deps)
  const version = access.inSets(profile.versions.many, profile.versions.one)
  const typed = app.withTypeProvider<TypeBoxTypeProvider>()
  const config = { scope: 'customer' } as const
  const answers = <Schema>(schema: Schema) => ({ params: OfCustomer, response: { 200: schema } })

  typed.get('/customers/:externalUserId', { schema: answers(contract.Profile), config }, (request) =>
    access.withCustomer(request, (tx, guide, id) => profile.of(tx, guide, id)),
  )

  typed.get('/customers/:externalUserId/version', { schema: answers(contract.PageVersion), config }, (request) =>
    version(request).then((version) => ({ version })),
  )

  typed.get(
    '/customers/:externalUserId/orders',
    { schema: { ...answers(contract.Orders), querystring: contract.PageQuery }, config },
    (request) =>
      access.withCustomer(request, async (tx, guide, id) => {
        const reach = { untilMs: guide.lost?.atMs }
        const before = pageBefore(request.query.before)
        const found = await orders.queries.ofCustomer(tx, id, { ...reach, before, limit: ORDERS_SHOWN + 1 })
        return {
          summary: await profile.orderSummary(tx, guide, id),
          total: await orders.queries.countOf(tx, id, reach),
          categories: await orders.queries.categoriesOf(tx, id, { ...reach, limit: CATEGORIES_SHOWN }),
          orders: found.slice(0, ORDERS_SHOWN).map(orderView),
          nextBefore: nextOf(found, ORDERS_SHOWN),
        }
      }),
  )

  typed.get(
    '/customers/:externalUserId/timeline',
    { schema: { ...answers(contract.Timeline), querystring: contract.TimelineQuery }, config },
    (request) =>
      access.withCustomer(request, async (tx, guide, id) => {
        const { only } = request.query
        const before = pageBefore(request.query.before)
        const kinds = only === undefined ? undefined : KINDS_OF[only]
        const seenBy = guide.lost === undefined ? undefined : { userId: guide.userId, untilMs: guide.lost.atMs }
        const found = await timeline.queries.ofCustomer(tx, id, { before, limit: PAGE + 1, seenBy, kinds })
        return {
          entries: found.slice(0, PAGE).map((entry) => timelineView(entry, rules.current())),
          nextBefore: nextOf(found, PAGE),
        }
      }),
  )

  typed.get('/customers/:externalUserId/tasks', { schema: answers(contract.Tasks), config }, (request) =>
    access.withCustomer(request, async (tx, guide, id) => {
      const shown: contract.GuideTask[] = []
      const sent = await scriptUses.sentFor(tx, id)
      const open = await tasks.queries.openAbout(tx, id)
      for (const task of open.filter(({ userId }) => userId === guide.userId)) {
        shown.push(await taskView(tx, { media, rules }, task, sent.get(task.id)))
      }
      // What somebody wrote to themselves is for their eyes.
      const others = open.filter(({ userId, kind }) => userId !== guide.userId && kind !== OWN_KIND)
      const names = await staff.queries.namesOf(tx, [...new Set(others.map(({ userId }) => userId))])
      const handTo = await colleagues(tx, guide, id)
      return {
        tasks: shown,
        others: others.map(({ userId, title }) => ({ guide: names.get(userId) ?? '同事', title })),
        ...(handTo.length === 0 ? {} : { handTo }),
      }
    }),
  )

  typed.get('/customers/:externalUserId/journeys', { schema: answers(contract.Journeys), config }, (request) =>
    access.withCustomer(request, async (tx, guide, id) => {
      // Rules go on with a person; what they do is no longer this guide's to know.
      if (guide.lost !== undefined) return { total: 0, journeys: [], notIn: [] }
      const entered = await sop.queries.ofCustomer(tx, id)
      return {
        total: entered.length,
        journeys: entered.slice(0, JOURNEYS_SHOWN).map((journey) => journeyView(journey, rules.current())),
        notIn: (await sop.queries.whyNot(tx, id)).map(notInView),
      }
    }),
  )

  typed.get('/customers/:externalUserId/proposals', { schema: answers(contract.Proposals), config }, (request) =>
    access.withCustomer(request, proposals),
  )
}

function orderView(order: Order): contract.Order {
  const times = { created: undefined, paid: order.paidAtMs, refunded: order.refundedAtMs, closed: order.closedAtMs }
  return {
    orderId: order.orderId,
    status: order.status,
    totalFen: order.totalFen,
    refundedFen: order.refundedFen,
    atMs: times[order.status] ?? order.createdAtMs,
    source: order.source,
    isBoundByHand: order.isBoundByHand,
    items: order.items.map(({ name, quantity, priceFen, refundedQuantity }) => ({
      name,
      quantity,
      priceFen,
      refundedQuantity,
    })),
    parcels: order.parcels.map(({ number, company, shippedAtMs, signedAtMs }) => ({
      number,
      company,
      shippedAtMs: shippedAtMs ?? null,
      signedAtMs: signedAtMs ?? null,
    })),
  }
}
