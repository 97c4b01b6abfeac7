import { alias } from '../../core/db/define-table.ts'
import { count, number, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import { RECIPIENT_TABLES } from './recipients-of.ts'
import { SEND_BATCH, SEND_GROUP, SEND_RECIPIENT, SEND_RUN } from './send-tables.ts'

/** What one scheduled send asks of one guide. */
export interface SendFigure {
  name: string
  /** UTC milliseconds. */
  scheduledAtMs: number
  userId: string
  customers: number
  groups: number
  /** WeCom chooses who sends; this is who is expected to. */
  isGuess?: true
  /** Whom each version of it is for, each a task of its own; absent: there is one for all. */
  variants?: { name: string; customers: number }[]
}

const s = alias(SEND_RUN, 's')
const b = alias(SEND_BATCH, 'b')

/** What scheduled sends did in a span of time, in order; its first instant, UTC milliseconds, is left out. What journeys ask
 *  for is among their own steps. */
export async function sendFigures(tx: ReadTx, fromMs: number, toMs: number): Promise<SendFigure[]> {
  const found: SendFigure[] = []
  const variantsOf = await versionsIn(tx, fromMs, toMs)
  for (const table of RECIPIENT_TABLES) {
    const expected = table === SEND_RECIPIENT ? sql`${SEND_RECIPIENT.expected_userid}` : sql`NULL`
    const guess = number(sql`MAX(CASE WHEN ${expected} IS NULL THEN 0 ELSE 1 END)`)
    const figure = select({
      guess,
      name: s.send_name,
      scheduledAtMs: s.scheduled_at,
      userId: table.userid,
      many: count(),
    })
    const rows = await tx.rows(
      sql`SELECT ${figure} FROM ${table} JOIN ${s} ON ${s.id} = ${table.run_id}
          WHERE ${s.ask_key} IS NULL AND ${s.scheduled_at} > ${fromMs} AND ${s.scheduled_at} <= ${toMs}
            AND ${table.outcome} IN ('planned', 'sent')
          GROUP BY ${s.send_name}, ${s.scheduled_at}, ${table.userid}
          ORDER BY ${s.scheduled_at}, ${s.send_name}, ${table.userid}`,
    )
    const isOfGroups = table === SEND_GROUP
    for (const { userId, many, guess: guessed, ...row } of rows) {
      if (userId !== null)
        found.push({
          ...{ ...row, userId, customers: isOfGroups ? 0 : many, groups: isOfGroups ? many : 0 },
          ...(guessed === 1 ? { isGuess: true } : {}),
          ...variantsOf({ ...row, userId }),
        })
    }
  }
  return found.sort((a, b) => a.scheduledAtMs - b.scheduledAtMs)
}

type Whose = Pick<SendFigure, 'name' | 'scheduledAtMs' | 'userId'>
const keyOf = ({ name, scheduledAtMs, userId }: Whose): string => JSON.stringify([name, scheduledAtMs, userId])

/** The versions of one send that a guide is asked to confirm; nothing of a send that has one for all. */
async function versionsIn(
  tx: ReadTx,
  fromMs: number,
  toMs: number,
): Promise<(whose: Whose) => Pick<SendFigure, 'variants'>> {
  const version = select({ name: s.send_name, scheduledAtMs: s.scheduled_at, userId: b.userid, variant: b.variant })
  const rows = await tx.rows(
    sql`SELECT ${version}, ${select({ customers: number(sql`SUM(${b.size})`) })} FROM ${b} JOIN ${s} ON ${s.id} = ${b.run_id}
        WHERE ${s.ask_key} IS NULL AND ${s.scheduled_at} > ${fromMs} AND ${s.scheduled_at} <= ${toMs} AND ${b.variant} IS NOT NULL
        GROUP BY ${s.send_name}, ${s.scheduled_at}, ${b.userid}, ${b.variant} ORDER BY ${b.variant}`,
  )
  const byWhose = groupBy(rows, keyOf)
  return (whose) => {
    const own = byWhose.get(keyOf(whose))
    if (own === undefined) return {}
    return { variants: own.map(({ variant, customers }) => ({ name: variant ?? '', customers })) }
  }
}
