import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS, HOUR_MS } from '../../core/kernel/shanghai.ts'
import type { Tasks } from '../tasks/tasks.ts'
import type { FriendshipKey } from './welcome-store.ts'

export interface AskToGreetDeps {
  clock: Clock
  tasks: Pick<Tasks, 'open' | 'close' | 'queries'>
}

/** Who became a friend longer ago has been talking, or will not miss a greeting any more. */
const NEWS_FOR_MS = DAY_MS
const DUE_MS = HOUR_MS
/** A new friend who hears nothing is lost within the hour: it comes before what can wait. */
const PRIORITY = 90

const KIND = 'greet'

type Pair = Pick<FriendshipKey, 'externalUserId' | 'userId'>

const keyOf = ({ userId, externalUserId, addedAtMs }: FriendshipKey): string =>
  `greet:${userId}:${externalUserId}:${addedAtMs}`

/** A welcome that came to nothing becomes a to-do of the guide, in the same moment: the customer waits for a first word. */
export function createAskToGreet({ clock, tasks }: AskToGreetDeps) {
  return {
    /** `why`: Chinese. Once per friendship; safe to repeat. */
    ask: async (tx: Tx, friendship: FriendshipKey, why: string): Promise<void> => {
      const { externalUserId, userId, addedAtMs } = friendship
      const now = clock.now()
      if (now - addedAtMs > NEWS_FOR_MS) return
      await tasks.open(tx, {
        key: keyOf(friendship),
        externalUserId,
        userId,
        kind: KIND,
        title: '打个招呼：欢迎语没有发出去',
        dueAtMs: now + DUE_MS,
        priority: PRIORITY,
        reason: { text: why },
      })
    },
    /** The two have spoken, as far as WeCom or the sidebar tells: nobody waits for a first word. `note`: Chinese. Safe to
     *  repeat. */
    spoken: async (tx: Tx, { userId, externalUserId }: Pair, note: string): Promise<void> => {
      for (const { key, kind } of await tasks.queries.unfinishedAbout(tx, userId, externalUserId)) {
        if (kind === KIND) await tasks.close(tx, { key, outcome: 'done', note })
      }
    },
    /** A later code carried the welcome after all. */
    spare: async (tx: Tx, friendship: FriendshipKey): Promise<void> => {
      await tasks.close(tx, { key: keyOf(friendship), outcome: 'dropped', note: '欢迎语已经发出' })
    },
  }
}
