import type { ReadTx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'

const PAGE = 5_000
/** On MySQL a smaller id may be committed after a larger one. */
const OVERLAP = 200

export interface TailDeps<Row> {
  clock: Clock
  /** Rows behind this id, by id. */
  read(tx: ReadTx, afterId: number, limit: number): Promise<Row[]>
  /** Each row, perhaps again. */
  take(row: Row): void
}

/** Keeps in memory what the rows of a small table say that are only ever added: asked for every customer who comes, a look at
 *  the table each time would cost more than all else. At most a second behind what other processes write. */
export function createTail<Row extends { id: number }>({ clock, read, take }: TailDeps<Row>) {
  let last = 0
  let lookedAtMs: number | undefined
  let underWay: Promise<void> | undefined

  async function look(tx: ReadTx): Promise<void> {
    const now = clock.now()
    for (let after = Math.max(0, last - OVERLAP); ; ) {
      const rows = await read(tx, after, PAGE)
      for (const row of rows) take(row)
      after = rows.at(-1)?.id ?? after
      last = Math.max(last, after)
      if (rows.length < PAGE) break
    }
    lookedAtMs = now
  }

  /** Who asks while somebody looks waits for what is found: what was read last time may be long ago. */
  return async (tx: ReadTx): Promise<void> => {
    const now = clock.now()
    if (lookedAtMs !== undefined && now >= lookedAtMs && now - lookedAtMs < SECOND_MS) return
    underWay ??= look(tx).finally(() => {
      underWay = undefined
    })
    await underWay
  }
}
