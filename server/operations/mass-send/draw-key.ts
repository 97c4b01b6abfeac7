import { list, pick, set, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { SEND_RUN } from './send-tables.ts'

const r = SEND_RUN
const MOST_LETTERS = 60

/** By what the hold-out of a send of this name is drawn: what its runs carry, or its name, or, where another send that was called so
 *  draws by that, the name with a number. Reads only. */
export async function drawKey(tx: ReadTx, name: string): Promise<string> {
  return (await keyOfRuns(tx, name)) ?? (await freeKey(tx, name))
}

/** A send that gets another name keeps its draw, whatever went out under that name before. Safe to repeat. */
export async function keepDraw(tx: Tx, { from, to }: { from: string; to: string }): Promise<void> {
  const drawn_as = await keyOfRuns(tx, from)
  if (drawn_as === undefined) return
  await tx.run(
    sql`UPDATE ${r} SET ${set(r, { drawn_as })} WHERE ${r.send_name} IN ${list([from, to])} AND ${r.ask_key} IS NULL`,
  )
}

/** Undefined: none of them has been due yet. */
async function keyOfRuns(tx: ReadTx, name: string): Promise<string | undefined> {
  const first = await tx.row(
    sql`SELECT ${pick(r, 'drawn_as')} FROM ${r} WHERE ${r.send_name} = ${name} AND ${r.ask_key} IS NULL
        ORDER BY CASE WHEN ${r.drawn_as} IS NULL THEN 1 ELSE 0 END, ${r.id} LIMIT 1`,
  )
  return first === undefined ? undefined : (first.drawn_as ?? name)
}

async function freeKey(tx: ReadTx, name: string): Promise<string> {
  for (let nth = 1; ; nth++) {
    const number = nth === 1 ? '' : `#${nth}`
    const key = `${[...name].slice(0, MOST_LETTERS - number.length).join('')}${number}`
    const taken = await tx.row(sql`SELECT ${pick(r, 'id')} FROM ${r} WHERE ${r.drawn_as} = ${key} LIMIT 1`)
    if (taken === undefined) return key
  }
}
