import type { Tx } from '../../core/db/tx.ts'
import { groupQueries } from '../../records/groups/group-queries.ts'
import { waitingIn } from './batches.ts'
import { receivedThisMonth } from './monthly-limit.ts'
import { settle, type Verdict } from './outcomes.ts'
import type { BatchRow } from './send-tables.ts'

/** Ends the groups of a batch that WeCom does not list although their owner has confirmed: of groups it lists only those that
 *  got it, and says nothing of the others. What we know ourselves is said as the reason. Source: docs 93338. */
export async function settleUnlisted(
  tx: Tx,
  batch: BatchRow,
  { perGroup, nowMs }: { perGroup: number; nowMs: number },
): Promise<void> {
  const chatIds = await waitingIn(tx, batch)
  const received = await receivedThisMonth(tx, 'group', chatIds, nowMs)
  for (const chatId of chatIds) {
    const group = await groupQueries.get(tx, chatId)
    const verdict: Omit<Verdict, 'atMs'> =
      group === undefined
        ? { outcome: 'failed', reason: '群已解散' }
        : group.owner !== undefined && group.owner !== batch.userid
          ? { outcome: 'failed', reason: '群已经换了群主' }
          : (received.get(chatId) ?? 0) >= perGroup
            ? { outcome: 'over-limit', reason: `这个群本月的群发次数已满（${perGroup} 次）` }
            : {
                outcome: 'failed',
                reason: '群主确认了，企业微信没有列出这个群：没有送达，原因它不说（常见的是这个群当月或当天次数已满）',
              }
    await settle(tx, batch, [chatId], { ...verdict, atMs: nowMs })
  }
}
