/** Who goes first where only one can work at a time. */
export const RANKS = ['accept', 'welcome', 'other'] as const
export type Rank = (typeof RANKS)[number]

/** Turns in a row that may pass by somebody of a lower rank: a flood of welcomes slows the others, but never stops them. */
const MOST_PASSED_BY = 16

interface Waiting {
  run: () => Promise<void>
}

/** One connection, many who want it: one transaction at a time, those of higher rank first, equals in order of coming.
 *  Between two turns the event loop gets air: the SQLite driver never waits, so without it a full queue would let no
 *  request be read and no answer be written until it is empty. `airEvery`: so many turns in a row go without. */
export function createTurns({ airEvery = 1 }: { airEvery?: number } = {}) {
  const queues = new Map<Rank, Waiting[]>(RANKS.map((rank) => [rank, []]))
  const passedBy = new Map<Rank, number>()
  let working: Promise<void> | undefined

  function next(): Waiting | undefined {
    const present = RANKS.filter((rank) => queues.get(rank)?.length)
    const patient = present.findLast((rank) => (passedBy.get(rank) ?? 0) >= MOST_PASSED_BY)
    const chosen = patient ?? present[0]
    if (chosen === undefined) return undefined
    for (const rank of present) passedBy.set(rank, rank === chosen ? 0 : (passedBy.get(rank) ?? 0) + 1)
    return queues.get(chosen)?.shift()
  }

  async function work(): Promise<void> {
    let turns = 0
    for (let waiting = next(); waiting !== undefined; waiting = next()) {
      await waiting.run()
      turns += 1
      if (turns % airEvery === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    working = undefined
  }

  return {
    /** Resolves or rejects as `job` does, once it has had its turn. */
    take: <T>(rank: Rank, job: () => Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        queues.get(rank)?.push({ run: () => job().then(resolve, reject) })
        working ??= work()
      }),
    /** Resolves when nobody waits. */
    empty: async (): Promise<void> => {
      while (working !== undefined) await working
    },
  }
}
