import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import { type ConsoleMoves, takerIn } from './console-moves.ts'
import { ResolveMove } from './customer-actions.ts'
import type { SourcedAdd, SourcedLoss } from './event-source.ts'
import { ADD_WAY_ASSIGNED } from './follow-store.ts'
import type { PairChanges } from './pair-changes.ts'
import type { Reading } from './refresh-customer.ts'
import type { TakeOver } from './take-over.ts'

/** What WeCom's answers lag behind its events, at most so long. */
const LAG_MS = MINUTE_MS
const LOOK_AGAIN_MS = 15 * SECOND_MS

/** An add or a loss that may be half of a handover from WeCom's console: told as one when the customer's detail says so,
 *  and as what it looked like when it does not, or cannot be read. */
export function createResolveMove(deps: {
  clock: Clock
  moves: ConsoleMoves
  pairs: Pick<PairChanges, 'began' | 'lost'>
  takeOver: TakeOver
  read(externalUserId: string): Promise<Reading>
}): Executor {
  const { clock, moves, pairs, takeOver, read } = deps

  async function moved(tx: Tx, pair: { externalUserId: string; fromUserId: string; toUserId: string }, atMs: number) {
    await takeOver(tx, await moves.takeoverOf(tx, pair), atMs)
  }

  async function tellAdd(tx: Tx, add: SourcedAdd, { relations }: Reading): Promise<void> {
    const { externalUserId, userId, atMs } = add
    const isAssigned = relations.some((one) => one.userId === userId && one.addWay === ADD_WAY_ASSIGNED)
    const fromUserId = isAssigned ? await moves.giverOf(tx, add, relations) : undefined
    if (fromUserId === undefined) await pairs.began(tx, { ...add, isLookedAt: true })
    else await moved(tx, { externalUserId, fromUserId, toUserId: userId }, atMs)
  }

  async function tellLoss(tx: Tx, loss: SourcedLoss, { relations }: Reading): Promise<void> {
    const { externalUserId, userId, atMs } = loss
    const toUserId = takerIn(relations, userId, atMs)
    if (toUserId === undefined) await pairs.lost(tx, loss)
    else await moved(tx, { externalUserId, fromUserId: userId, toUserId }, atMs)
  }

  /** Enough to tell by. A welcome code does not wait for it. */
  function isShown(news: { add: SourcedAdd } | { loss: SourcedLoss }, { relations }: Reading): boolean {
    if ('loss' in news) return takerIn(relations, news.loss.userId, news.loss.atMs) !== undefined
    return (news.add.welcomeCode ?? '') !== '' || relations.some((one) => one.userId === news.add.userId)
  }

  return execute(ResolveMove, {
    perform: async ({ payload }) => {
      const news = 'add' in payload ? payload.add : payload.loss
      const reading = await read(news.externalUserId)
      if (!isShown(payload, reading) && clock.now() - news.atMs < LAG_MS) {
        throw new AppError('customers.move-not-seen', 'WeCom does not show yet who has the customer', {
          retry: { afterMs: LOOK_AGAIN_MS },
        })
      }
      return reading
    },
    record: (tx, { payload }, reading) =>
      'add' in payload ? tellAdd(tx, payload.add, reading) : tellLoss(tx, payload.loss, reading),
    abandoned: async (tx, { payload }) => {
      if ('add' in payload) await pairs.began(tx, { ...payload.add, isLookedAt: true })
      else await pairs.lost(tx, payload.loss)
    },
  })
}
