import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { AskForCustomers, GiveGroups } from './handover-actions.ts'
import type { HandoverRequest } from './handover-request.ts'
import { HANDOVER, HANDOVER_CUSTOMER, HANDOVER_GROUP } from './handover-tables.ts'
import { type HandoverPlan, PER_CALL, planHandover } from './plan-handover.ts'

export type Started = { handoverId: number; plan: HandoverPlan } | { fault: string } | { nothing: HandoverPlan }

/** Writes a plan down as rows and actions; the server carries them out. Done again, it finds nothing left to ask for: a
 *  customer or group under way is in no second handover. `message`: to each customer afterwards, ≤200 characters, for
 *  members on the job. */
export async function startHandover(
  tx: Tx,
  { clock, outbox }: { clock: Clock; outbox: Outbox },
  request: HandoverRequest,
  message: string | undefined,
): Promise<Started> {
  const now = clock.now()
  const planned = await planHandover(tx, request, now)
  if ('fault' in planned) return planned
  const { plan } = planned
  if (plan.customers.moves.length + plan.groups.moves.length === 0) return { nothing: plan }
  const handoverId = await tx.insert(HANDOVER, {
    from_userid: request.fromUserId,
    departed: plan.departed ? 1 : 0,
    message: message ?? null,
    wish: JSON.stringify(request),
    created_at: now,
  })
  const parts = [...customerParts(plan), ...groupParts(plan)]
  for (const [part, { kind, store, dueAtMs }] of parts.entries()) {
    await store(tx, { handover_id: handoverId, part, from_userid: request.fromUserId, state: 'planned' })
    await outbox.enqueue(tx, kind, {
      key: `${kind.kind}:${handoverId}:${part}`,
      payload: { handoverId, part },
      reason: { text: `转接 #${handoverId}${request.by === undefined ? '' : `，${request.by}在侧边栏里发起`}` },
      dueAtMs: dueAtMs ?? now,
    })
  }
  return { handoverId, plan }
}

/** What one call of WeCom asks for. */
interface Part {
  kind: typeof AskForCustomers
  store(tx: Tx, common: CommonColumns): Promise<number>
  dueAtMs?: number
}

interface CommonColumns {
  handover_id: number
  part: number
  from_userid: string
  state: 'planned'
}

function customerParts(plan: HandoverPlan): Part[] {
  return batches(plan.customers.moves, (move) => move.toUserId).map((moves) => ({
    kind: AskForCustomers,
    store: (tx, common) =>
      tx.insertIgnore(
        HANDOVER_CUSTOMER,
        moves.map(({ externalUserId, toUserId }) => ({
          ...common,
          external_userid: externalUserId,
          open_customer: externalUserId,
          to_userid: toUserId,
        })),
      ),
  }))
}

function groupParts(plan: HandoverPlan): Part[] {
  return batches(plan.groups.moves, (move) => `${move.toUserId} ${move.dueAtMs}`).map((moves) => ({
    kind: GiveGroups,
    store: (tx, common) =>
      tx.insertIgnore(
        HANDOVER_GROUP,
        moves.map(({ chatId, toUserId, dueAtMs }) => ({
          ...common,
          chat_id: chatId,
          open_chat: chatId,
          to_userid: toUserId,
          due_at: dueAtMs,
        })),
      ),
    ...(moves[0] === undefined ? {} : { dueAtMs: moves[0].dueAtMs }),
  }))
}

function batches<T>(moves: readonly T[], together: (move: T) => string): T[][] {
  return [...groupBy(moves, together).values()].flatMap((all) =>
    Array.from({ length: Math.ceil(all.length / PER_CALL) }, (_, at) => all.slice(at * PER_CALL, (at + 1) * PER_CALL)),
  )
}
