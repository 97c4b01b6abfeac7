import { all, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { durationMs } from '../../core/kernel/duration-ms.ts'
import { HOUR_MS } from '../../core/kernel/shanghai.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import { SEND_SCHEDULE } from './send-tables.ts'
import { type SendTimes, sendTimes } from './send-times.ts'

/** After down-time a send is caught up when it is at most this late; a "good morning" must not arrive at night. */
export const CATCH_UP_MS = HOUR_MS
/** Missed times of one send that are recorded one by one; older ones of a long down-time are not. */
const MOST_MISSED = 50

export interface DueSend {
  send: Send
  scheduledAtMs: number
  missed: boolean
}

/** So long before its time a send is opened: somebody has to look at it first. */
const leadMs = ({ value }: Send): number => (value.approval === undefined ? 0 : durationMs(value.approval))

/** The enabled sends of the rule book with their times; a line that cannot be read is left out. */
function timesOf(sends: Iterable<Send>, unreadable: (send: Send, error: unknown) => void) {
  const times = new Map<string, { send: Send; times: SendTimes }>()
  for (const send of sends) {
    if (send.value.enabled === false) continue
    try {
      times.set(send.name, { send, times: sendTimes(send.value) })
    } catch (error) {
      unreadable(send, error)
    }
  }
  return times
}

/** When a send is seen for the first time, or with another time than before: a `cron` counts from now on; an `at` that
 *  has passed is still due, so that a file written a minute too late is not silently without effect. */
const firstDue = (send: Send, times: SendTimes, nowMs: number): number | null =>
  times.nextAfter(send.value.at === undefined ? nowMs : 0) ?? null

/** Brings the rows in step with the rule book and gives what is due at `nowMs`, what wants a second person's yes so long before; each due time is given once, ever,
 *  by whichever process asks first. Of several due times of one send only the latest is sent. A disabled or deleted
 *  send loses its row, so nothing is caught up when it comes back. */
export async function takeDue(
  tx: Tx,
  sends: Iterable<Send>,
  nowMs: number,
  unreadable: (send: Send, error: unknown) => void,
): Promise<DueSend[]> {
  const wanted = timesOf(sends, unreadable)
  const stored = await tx.rows(sql`SELECT ${all(SEND_SCHEDULE)} FROM ${SEND_SCHEDULE}`)
  const rows = new Map(stored.map((row) => [row.send_name, row]))
  for (const name of rows.keys()) {
    if (wanted.has(name)) continue
    await tx.run(sql`DELETE FROM ${SEND_SCHEDULE} WHERE ${SEND_SCHEDULE.send_name} = ${name}`)
  }
  const due: DueSend[] = []
  for (const [name, { send, times }] of wanted) {
    const row = rows.get(name)
    const isNew = row?.timing !== times.timing
    const nextAt = isNew ? firstDue(send, times, nowMs) : row.next_at
    const untilMs = nowMs + leadMs(send)
    const isDue = nextAt !== null && nextAt <= untilMs
    if (!isNew && !isDue) continue
    const later = isDue ? (times.nextAfter(untilMs) ?? null) : nextAt
    await tx.upsert(SEND_SCHEDULE, [{ send_name: name, timing: times.timing, next_at: later }], ['send_name'])
    if (isDue) due.push(...dueTimes(send, times, nextAt, { untilMs, nowMs }))
  }
  return due
}

function dueTimes(
  send: Send,
  times: SendTimes,
  firstMs: number,
  { untilMs, nowMs }: { untilMs: number; nowMs: number },
): DueSend[] {
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
