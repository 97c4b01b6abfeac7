import type { Rank } from './turns.ts'
import type { Tx } from './tx.ts'

/** So long one waits for others to go with: no call of ours is much shorter, and each commit that is saved is worth it. */
const GATHER_MS = 10
/** Bounded, so that one commit never holds the database for long. */
const MOST_TOGETHER = 32

interface Waiting {
  customer: string
  work: (tx: Tx) => Promise<void>
  resolve: () => void
  reject: (error: unknown) => void
}

/** One transaction for work about different customers: what is asked for while a commit is under way shares the next one,
 *  its statements joined. Where that does not go, each has its own. */
export function createSharedTx(
  db: { tx<T>(work: (tx: Tx) => Promise<T>, rank?: Rank): Promise<T> },
  rank: Rank = 'other',
) {
  let waiting: Waiting[] = []
  let isWorking = false
  /** Whether somebody came along last time: who is alone waits for nobody. */
  let isWorthIt = true

  /** One of each customer, the others next time. */
  function take(): Waiting[] {
    const customers = new Set<string>()
    const taken: Waiting[] = []
    for (const one of waiting) {
      if (taken.length === MOST_TOGETHER || customers.has(one.customer)) continue
      customers.add(one.customer)
      taken.push(one)
    }
    waiting = waiting.filter((one) => !taken.includes(one))
    return taken
  }

  const alone = ({ work, resolve, reject }: Waiting): Promise<void> => db.tx(work, rank).then(resolve, reject)

  async function carryOut(taken: Waiting[]): Promise<void> {
    const [only] = taken
    if (only !== undefined && taken.length === 1) return alone(only)
    try {
      await db.tx((tx) => tx.sideBySide(taken.map(({ work }) => work)), rank)
      for (const { resolve } of taken) resolve()
    } catch {
      for (const one of taken) await alone(one)
    }
  }

  async function carryOutAll(): Promise<void> {
    while (waiting.length > 0) {
      const taken = take()
      isWorthIt = taken.length > 1
      await carryOut(taken)
    }
    isWorking = false
  }

  /** As `db.tx`; `work` may be called twice, and reads and writes nothing of another customer's. */
  return (customer: string, work: (tx: Tx) => Promise<void>): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ customer, work, resolve, reject })
      if (isWorking) return
      isWorking = true
      if (isWorthIt) setTimeout(() => void carryOutAll(), GATHER_MS)
      else setImmediate(() => void carryOutAll())
    })
}
