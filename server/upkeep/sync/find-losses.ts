import type { Tx } from '../../core/db/tx.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { Customers } from '../../records/customers/customers.ts'
import { LEFT_TO_EVENTS_MS } from '../../records/customers/reconcile-pairs.ts'
import type { RunSteps } from './run-steps.ts'
import { SyncCompare, SyncListing, SyncRecheck } from './sync-actions.ts'
import { idHash, syncParts } from './sync-part.ts'

export interface FindLossesDeps {
  db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
  log: Pick<Logger, 'warn'>
  outbox: Outbox
  steps: RunSteps
  wecom: { contacts: Pick<Wecom['contacts'], 'list'> }
  customers: Pick<Customers, 'queries' | 'ended' | 'read'>
}

const reason = { text: '核对流失的客户' }

/** Whom a guide lost without our hearing of it. Three looks before a friendship ends, none of them after an error: the
 *  pages, read to their end, lack somebody; the guide's listing, one answer, lacks them too; and the customer's own
 *  detail names other guides or nobody. Only a guide who deletes, or a handover, takes a customer out of the listing. */
export function createFindLosses({ db, log, outbox, steps, wecom, customers }: FindLossesDeps): Executor[] {
  const { friendIdsOf, lastAddOf } = customers.queries

  /** Guide by guide, so that no transaction reads long. */
  async function guidesWhoDiffer(partId: number): Promise<string[]> {
    const part = await db.tx((tx) => syncParts.byId(tx, partId))
    const differ: string[] = []
    for (const userId of part?.subjects ?? []) {
      const ids = await db.tx((tx) => friendIdsOf(tx, userId))
      const [count, sum] = part?.listed[userId] ?? [0, 0]
      const isSame = ids.length === count && ids.reduce((total, id) => total + idHash(id), 0) === sum
      if (!isSame) differ.push(userId)
    }
    return differ
  }

  async function missingOf(userId: string): Promise<{ missing: string[] }> {
    const before = await db.tx((tx) => friendIdsOf(tx, userId))
    const listed = new Set((await wecom.contacts.list(userId)).external_userid)
    return { missing: before.filter((id) => !listed.has(id)) }
  }

  const gap = (tx: Tx, runId: number, userId: string): Promise<void> => {
    log.warn({ runId, userId }, 'could not make sure whom a guide has lost; nobody is taken for lost')
    return steps.stepDone(tx, runId, { gaps: 1 })
  }

  return [
    execute(SyncCompare, {
      perform: async ({ payload }) => ({ differ: await guidesWhoDiffer(payload.partId) }),
      record: async (tx, { payload: { runId } }, { differ }) => {
        if ((await steps.open(tx, runId)) === undefined) return
        for (const userId of differ) {
          const key = `sync:${runId}:listing:${userId}`
          await outbox.enqueue(tx, SyncListing, { key, payload: { runId, userId }, reason })
        }
        await steps.stepDone(tx, runId, { parts: differ.length })
      },
      abandoned: (tx, { payload: { runId } }) => steps.stepDone(tx, runId, { gaps: 1 }),
    }),
    execute(SyncListing, {
      perform: ({ payload }) => missingOf(payload.userId),
      record: async (tx, { payload: { runId, userId } }, { missing }) => {
        if ((await steps.open(tx, runId)) === undefined) return
        for (const externalUserId of missing) {
          await outbox.enqueue(tx, SyncRecheck, {
            key: `sync:${runId}:recheck:${userId}:${externalUserId}`,
            externalUserId,
            payload: { runId, userId, externalUserId },
            reason,
          })
        }
        await steps.stepDone(tx, runId, { parts: missing.length })
      },
      abandoned: (tx, { payload: { runId, userId } }) => gap(tx, runId, userId),
    }),
    execute(SyncRecheck, {
      perform: ({ payload }) => customers.read(payload.externalUserId),
      record: async (tx, { payload: { runId, userId, externalUserId } }, { relations, isComplete, readAtMs }) => {
        const run = await steps.open(tx, runId)
        if (run === undefined) return
        if (!isComplete) return gap(tx, runId, userId)
        const isFriend = relations.some((relation) => relation.userId === userId)
        // Whoever was added a moment ago may not be in WeCom's answers yet.
        const isYoung = (await lastAddOf(tx, { userId, externalUserId })) > readAtMs - LEFT_TO_EVENTS_MS
        if (!isFriend && !isYoung) {
          await steps.repair(tx, run, async (find) => {
            const told = {
              key: `unlisted:${runId}:${externalUserId}:${userId}`,
              text: '没有收到企业微信的通知，核对时发现',
            }
            const loss = { externalUserId, userId, atMs: readAtMs, by: 'unknown', told } as const
            const ends = await customers.ended(tx, loss, relations)
            if (ends) find({ kind: 'customer.lost', subject: externalUserId, userId })
          })
        }
        await steps.stepDone(tx, runId)
      },
      abandoned: (tx, { payload: { runId, userId } }) => gap(tx, runId, userId),
    }),
  ]
}
