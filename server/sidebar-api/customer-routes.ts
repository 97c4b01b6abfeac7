import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { Clock } from '../core/kernel/clock.ts'
import type { ScriptsLibrary } from '../operations/scripts-library/scripts-library.ts'
import type { Sops } from '../operations/sop/sop.ts'
import type { Tasks as TasksCapability } from '../operations/tasks/tasks.ts'
import type { CustomerFacts } from '../records/facts/facts.ts'
import type { Media } from '../records/media/media.ts'
import type { Order } from '../records/orders/order-queries.ts'
import type { Timeline as TimelineCapability } from '../records/timeline/timeline.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import type { Access } from './access.ts'
import * as contract from './contract.ts'
import { journeyView, notInView } from './journey-view.ts'
import type { ProfileDeps, ProfileReader } from './profile.ts'
import { scriptUses } from './script-uses.ts'
import { scriptView } from './script-view.ts'
import { taskView } from './task-view.ts'
import { whyOf } from './why.ts'

export interface CustomerRouteDeps {
  access: Access
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  profile: ProfileReader
  orders: ProfileDeps['orders']
  timeline: Pick<TimelineCapability, 'queries'>
  tasks: Pick<TasksCapability, 'queries'>
  media: Pick<Media, 'chatMessages'>
  facts: Pick<CustomerFacts, 'of'>
  scripts: Pick<ScriptsLibrary, 'proposedFor' | 'factPaths'>
  sop: { queries: Pick<Sops['queries'], 'ofCustomer' | 'whyNot'> }
}

/** Without blanks around it: MySQL compares as if they were not there. */
export const OfCustomer = Type.Object({ externalUserId: Type.String({ pattern: '^\\S(.{0,62}\\S)?$' }) })

const ORDERS_SHOWN = 50
const JOURNEYS_SHOWN = 20
const PAGE = 30
const PROPOSALS = 5

/** What a guide sees of one customer. */
export function customerRoutes(app: FastifyInstance, deps: CustomerRouteDeps): void {
  const { access, clock, rules, profile, orders, timeline, tasks, media, facts, scripts, sop } = deps
  const typed = app.withTypeProvider<TypeBoxTypeProvider>()
  const config = { scope: 'customer' } as const
  const answers = <Schema>(schema: Schema) => ({ params: OfCustomer, response: { 200: schema } })

  typed.get('/customers/:externalUserId', { schema: answers(contract.Profile), config }, (request) =>
    access.withCustomer(request, (tx, guide, id) => profile.of(tx, guide, id)),
  )

  typed.get('/customers/:externalUserId/version', { schema: answers(contract.PageVersion), config }, (request) =>
    access.withCustomer(request, async (tx, guide, id) => ({ version: await profile.version(tx, guide, id) })),
  )

  typed.get('/customers/:externalUserId/orders', { schema: answers(contract.Orders), config }, (request) =>
    access.withCustomer(request, async (tx, _guide, id) => ({
      summary: await profile.orderSummary(tx, id),
      orders: (await orders.queries.ofCustomer(tx, id, { limit: ORDERS_SHOWN })).map(orderView),
    })),
  )

  typed.get(
    '/customers/:externalUserId/timeline',
    { schema: { ...answers(contract.Timeline), querystring: contract.TimelineQuery }, config },
    (request) =>
      access.withCustomer(request, async (tx, _guide, id) => {
        const before = pageBefore(request.query.before)
        const found = await timeline.queries.ofCustomer(tx, id, { before, limit: PAGE + 1 })
        const entries = found.slice(0, PAGE)
        const last = entries.at(-1)
        return {
          entries: entries.map(({ reason, id: entryId, atMs, kind, text }) => ({
            id: entryId,
            atMs,
            kind,
            text,
            why: reason === undefined ? null : whyOf(reason, rules.current()),
          })),
          nextBefore: found.length > PAGE && last !== undefined ? `${last.atMs}-${last.id}` : null,
        }
      }),
  )

  typed.get('/customers/:externalUserId/tasks', { schema: answers(contract.Tasks), config }, (request) =>
    access.withCustomer(request, async (tx, guide, id) => {
      const shown: contract.GuideTask[] = []
      for (const task of await tasks.queries.openFor(tx, guide.userId, id)) {
        shown.push(await taskView(tx, { media, rules }, task))
      }
      return { tasks: shown }
    }),
  )

  typed.get('/customers/:externalUserId/journeys', { schema: answers(contract.Journeys), config }, (request) =>
    access.withCustomer(request, async (tx, _guide, id) => {
      const entered = (await sop.queries.ofCustomer(tx, id)).slice(0, JOURNEYS_SHOWN)
      return {
        journeys: entered.map((journey) => journeyView(journey, rules.current())),
        notIn: (await sop.queries.whyNot(tx, id)).map(notInView),
      }
    }),
  )

  typed.get('/customers/:externalUserId/proposals', { schema: answers(contract.Proposals), config }, (request) =>
    access.withCustomer(request, async (tx, guide, id) => {
      // What a to-do says already, with its group code, is not said a second time without it.
      const inTasks = new Set((await tasks.queries.openFor(tx, guide.userId, id)).map((task) => task.scriptId))
      const known = (await facts.of(tx, [id], clock.now(), scripts.factPaths())).get(id) ?? new Map()
      const sent = await scriptUses.lastSent(tx, id)
      const proposed = scripts
        .proposedFor(known)
        .filter((one) => !inTasks.has(one.script.name))
        .map((one) => ({ ...one, sentAtMs: sent.get(one.script.name) ?? null }))
        // What the customer has not heard yet comes first, then what was said longest ago.
        .sort((a, b) => (a.sentAtMs ?? 0) - (b.sentAtMs ?? 0))
      const proposals: contract.Proposal[] = []
      for (const { script, because, sentAtMs } of proposed.slice(0, PROPOSALS)) {
        proposals.push({ script: await scriptView(tx, media, script), because, sentAtMs })
      }
      return { proposals }
    }),
  )
}

function pageBefore(text: string | undefined): { atMs: number; id: number } | undefined {
  const [atMs, id] = text?.split('-') ?? []
  return atMs === undefined || id === undefined ? undefined : { atMs: Number(atMs), id: Number(id) }
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
    items: order.items.map(({ name, quantity, priceFen }) => ({ name, quantity, priceFen })),
  }
}
