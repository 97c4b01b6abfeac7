import { groupBy } from '../kernel/group-by.ts'
import type { Rank } from './turns.ts'
import type { Tx } from './tx.ts'

/** So long one waits for others to go with: no call of ours is much shorter, and each commit that is saved is worth it. */
const GATHER_MS = 10
/** Bounded, so that one commit never holds the database for long. */
const MOST_TOGETHER = 32

interface Waiting {
  customer: string
  work: (tx: Tx) => Promise<void>
  isSeveral: boolean
  resolve: () => void
  reject: (error: unknown) => void
}

export interface SharedTxOptions {
  rank?: Rank
  /** How long one waits for others; default 10. 0: only for those that are asked for at the same moment. */
  gatherMs?: number | undefined
  /** What follows from all of it, in the same transaction; not where each has a transaction of its own. */
  follow?: ((tx: Tx) => Promise<void>) | undefined
}

const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** One transaction for work about customers: what is asked for while a commit is under way shares the next one, that about
 *  different customers with its statements joined, that about one in its order. Where that does not go, each has its own. */
export function createSharedTx(
  db: { tx<T>(work: (tx: Tx) => Promise<T>, rank?: Rank): Promise<T> },
  { rank = 'other', gatherMs = GATHER_MS, follow }: SharedTxOptions = {},
) {
  let waiting: Waiting[] = []
  let isWorking = false
  /** Whether somebody came along last time: who is alone waits for nobody. */
  let isWorthIt = true

  const alone = ({ work, resolve, reject }: Waiting): Promise<void> => db.tx(work, rank).then(resolve, reject)

  async function carryOut(taken: Waiting[]): Promise<void> {
    const [only] = taken
    if (only !== undefined && taken.length === 1 && follow === undefined && !only.isSeveral) return alone(only)
    const each = [...groupBy(taken, ({ customer }) => customer).values()].map((own) => async (tx: Tx) => {
      for (const { work } of own) await work(tx)
    })
    try {
      await db.tx(async (tx) => {
        if (each.length > 1 || taken.some(({ isSeveral }) => isSeveral)) await tx.sideBySide(each)
        else await each[0]?.(tx)
        await follow?.(tx)
      }, rank)
      for (const { resolve } of taken) resolve()
    } catch {
      for (const one of taken) await alone(one)
    }
  }

  /** As long as others come. On a busy machine all may have landed long before the time is over, and none been heard. */
  async function gather(): Promise<void> {
    if (isWorthIt && gatherMs > 0) await new Promise((resolve) => setTimeout(resolve, gatherMs))
    for (let before = -1; waiting.length > before && waiting.length < MOST_TOGETHER; ) {
      before = waiting.length
      await turnOfTheLoop()
    }
  }

  async function carryOutAll(): Promise<void> {
    await gather()
    while (waiting.length > 0) {
      const taken = waiting.slice(0, MOST_TOGETHER)
      waiting = waiting.slice(MOST_TOGETHER)
      isWorthIt = taken.length > 1
      await carryOut(taken)
    }
    isWorking = false
  }

  /** As `db.tx`; `work` may be called twice, and reads and writes nothing of another customer's. `isSeveral`: it asks for
   *  several things at a time, to be joined as well. */
  return (customer: string, work: (tx: Tx) => Promise<void>, { isSeveral = false } = {}): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ customer, work, isSeveral, resolve, reject })
      if (isWorking) return
      isWorking = true
      void carryOutAll()
    })
}
