import { randomText } from '../../../kernel/random.ts'
import { integer, primary, text } from '../../columns.ts'
import type { Db } from '../../db.ts'
import { defineTable } from '../../define-table.ts'
import { ofNobody } from '../../personal-data.ts'

/** Rows whose keys are in no order, so that each touches a page of its own. */
export const HEAP = defineTable(
  'heap',
  { name: primary(text(60)), size: integer() },
  { personal: ofNobody('a test'), snapshot: {} },
)

export const some = (rows: number): { name: string; size: number }[] =>
  Array.from({ length: rows }, (_, size) => ({ name: randomText(30), size }))

/** One commit of 300 rows after the other, each told once it is durable, until the process is killed. */
export async function pourInto(db: Db, told: (commits: number) => void): Promise<never> {
  for (let commits = 1; ; commits++) {
    await db.tx((tx) => tx.insertIgnore(HEAP, some(300)))
    told(commits)
  }
}
