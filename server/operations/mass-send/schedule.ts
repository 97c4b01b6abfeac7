import { all, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { durationMs } from '../../core/kernel/duration-ms.ts'
import { HOUR_MS } from '../../core/kernel/shanghai.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import type { MomentRule, SendRule } from '../../rules/schema/rule-files.ts'
import { SEND_SCHEDULE } from './send-tables.ts'
import { type SendTimes, type Timed, timesOfSend } from './send-times.ts'

/** After down-time a send is caught up when it is at most this late; a "good morning" must not arrive at night. */
export const CATCH_UP_MS = HOUR_MS
/** Missed times of one send that are recorded one by one; older ones of a long down-time are not. */
const MOST_MISSED = 50

/** As much of a rule as says when it is due. */
export interface Scheduled {
  name: string
  value: Partial<Pick<SendRule | MomentRule, 'at' | 'cron' | 'approval' | 'enabled'>>
  /** Where a calendar says when. */
  occasions?: Timed['occasions']
}

export interface DueSend<Of extends Scheduled = Send> {
  send: Of
  scheduledAtMs: number
  missed: boolean
}

/** So long before its time a send is opened: somebody has to look at it first. */
const leadMs = ({ value }: Scheduled): number => (value.approval === undefined ? 0 : durationMs(value.approval))

/** The enabled sends of the rule book with their times; a line that cannot be read is left out. */
function timesOf<Of extends Scheduled>(sends: Iterable<Of>, unreadable: (send: Of, error: unknown) => void) {
  const times = new Map<string, { send: Of; times: SendTimes }>()
  for (const send of sends) {
    if (send.value.enabled === false) continue
    try {
      times.set(send.name, { send, times: timesOfSend(send) })
    } catch (error) {
      unreadable(send, error)
    }
  }
  return times
}

/** When a send is seen for the first time, or with another time than before: a `cron` counts from now on; an `at` that
 *  has passed is still due, so that a file written a minute too late is not silently without effect. A calendar counts from
 *  what was `waiting` of it: one changed line of moves, or a release that knows more holidays, must not lose what came due while nothing ran. */
function firstDue(send: Scheduled, times: SendTimes, nowMs: number, waiting: number | null): number | null {
  if (send.value.at !== undefined) return times.nextAfter(0) ?? null
  const isWaiting = send.occasions !== undefined && waiting !== null
  return times.nextAfter(isWaiting ? Math.min(nowMs, waiting - 1) : nowMs) ?? null
}

/** Brings the rows in step with the rule book and gives what is due at `nowMs`, what wants a second person's yes so long before; each due time is given once, ever,
 *  by whichever process asks first. Of several due times of one send only the latest is sent. A disabled or deleted
 *  send loses its row, so nothing is caught up when it comes back. `table`: where the times of this sort of rule stand. */
export async function takeDue<Of extends Scheduled>(
  tx: Tx,
  sends: Iterable<Of>,
  nowMs: number,
  unreadable: (send: Of, error: unknown) => void,
  table: typeof SEND_SCHEDULE = SEND_SCHEDULE,
): Promise<DueSend<Of>[]> {
  const wanted = timesOf(sends, unreadable)
  const stored = await tx.rows(sql`SELECT ${all(table)} FROM ${table}`)
  const rows = new Map(stored.map((row) => [row.send_name, row]))
  for (const name of rows.keys()) {
    if (wanted.has(name)) continue
    await tx.run(sql`DELETE FROM ${table} WHERE ${table.send_name} = ${name}`)
  }
  const due: DueSend<Of>[] = []
  for (const [name, { send, times }] of wanted) {
    const row = rows.get(name)
    const isNew = row?.timing !== times.timing
    const nextAt = isNew ? firstDue(send, times, nowMs, row?.next_at ?? null) : row.next_at
    const untilMs = nowMs + leadMs(send)
    const isDue = nextAt !== null && nextAt <= untilMs
    if (!isNew && !isDue) continue
    const later = isDue ? (times.nextAfter(untilMs) ?? null) : nextAt
    await tx.upsert(table, [{ send_name: name, timing: times.timing, next_at: later }], ['send_name'])
    if (isDue) due.push(...dueTimes(send, times, nextAt, { untilMs, nowMs }))
  }
  return due
}

function dueTimes<Of extends Scheduled>(
  send: Of,
  times: SendTimes,
  firstMs: number,
  { untilMs, nowMs }: { untilMs: number; nowMs: number },
): DueSend<Of>[] {
  const instants: number[] = []
  for (let at: number | undefined = firstMs; at !== undefined && at <= untilMs; at = times.nextAfter(at)) {
    instants.push(at)
    if (instants.length > MOST_MISSED) instants.shift()
  }
  const latest = instants.findLast((at) => at <= nowMs)
  return instants.map((scheduledAtMs) => ({
    send,
    scheduledAtMs,
    missed: scheduledAtMs <= nowMs && (scheduledAtMs !== latest || nowMs - scheduledAtMs > CATCH_UP_MS),
  }))
}
