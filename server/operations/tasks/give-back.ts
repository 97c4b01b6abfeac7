import { sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import { TASK_DAY } from './task-tables.ts'

/** Pieces of work that these guides will not have after all: their days have room for others again. `day`: Shanghai, 2026-12-02.
 *  Once for each piece. */
export async function giveBack(tx: Tx, pieces: readonly { userId: string; day: string }[]): Promise<void> {
  const { userid, day, opened } = TASK_DAY
  const days = [...groupBy(pieces, (one) => JSON.stringify([one.userId, one.day])).values()].map((own) => ({
    ...(own[0] as (typeof own)[number]), // groups are not empty
    many: own.length,
  }))
  // One after the other, by name and then by day as `confirms` takes them, so that two who write the same days never wait for each other.
  for (const { userId, day: on, many } of days.sort(byNameAndDay)) {
    await tx.run(
      sql`UPDATE ${TASK_DAY} SET ${opened} = CASE WHEN ${opened} > ${many} THEN ${opened} - ${many} ELSE 0 END
          WHERE ${userid} = ${userId} AND ${day} = ${on}`,
    )
  }
}

interface Day {
  userId: string
  day: string
}
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const byNameAndDay = (a: Day, b: Day): number => order(a.userId, b.userId) || order(a.day, b.day)
