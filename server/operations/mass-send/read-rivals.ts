import { list, pick, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { durationMs } from '../../core/kernel/duration-ms.ts'
import { DAY_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import { startOfLastDays } from '../../records/facts/days-since-sql.ts'
import { DEFAULT_PRIORITY } from '../../rules/book/priority.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import type { Ceiling } from './ceiling-of.ts'
import type { Ledger } from './contact-ceiling.ts'
import type { Rival } from './kept-for-another.ts'
import { chatTypeOf } from './send-run.ts'
import type { ChatType } from './send-states.ts'
import { SEND_RUN } from './send-tables.ts'
import { timesOfSend } from './send-times.ts'

/** A time of a send that outranks the one that is looked at. */
export interface RivalTime {
  send: Send
  priority: number
  atMs: number
}

export const priorityOfSend = ({ value }: Pick<Send, 'value'>): number => value.priority ?? DEFAULT_PRIORITY

/** Times of more important sends of the same kind of recipients for which something that goes out at `nowMs` would still count.
 *  By time. Pure. */
export function rivalTimes(
  sends: Iterable<Send>,
  { chatType, priority, ceiling, nowMs }: { chatType: ChatType; priority: number; ceiling: Ceiling; nowMs: number },
): RivalTime[] {
  if (ceiling === undefined) return []
  const { days, apart } = ceiling
  const untilMs = Math.max(
    startOfShanghaiDay(nowMs) + days * DAY_MS,
    apart === undefined ? 0 : nowMs + durationMs(apart),
  )
  const found: RivalTime[] = []
  for (const send of sends) {
    const own = priorityOfSend(send)
    if (send.value.enabled === false || own <= priority || chatTypeOf(send.value) !== chatType) continue
    for (const atMs of timesUntil(send, nowMs, untilMs)) found.push({ send, priority: own, atMs })
  }
  return found.sort((a, b) => a.atMs - b.atMs || (a.send.name < b.send.name ? -1 : 1))
}

/** After `nowMs`, before `untilMs`. A line that cannot be read has no times; whatever plans it says so. */
function timesUntil(send: Send, nowMs: number, untilMs: number): number[] {
  const found: number[] = []
  try {
    const { nextAfter } = timesOfSend(send)
    for (let at = nextAfter(nowMs); at !== undefined && at < untilMs; at = nextAfter(at)) found.push(at)
  } catch {
    return []
  }
  return found
}

/** Those that no run stands for yet: whom a run is for is on its way to them, and counts as such; what has gone out and was moved
 *  afterwards does not come again. */
export async function notOpened(tx: ReadTx, times: readonly RivalTime[]): Promise<RivalTime[]> {
  if (times.length === 0) return []
  const dateOf = ({ send, atMs }: RivalTime): string | undefined => send.occasions?.nextAfter(atMs - 1)?.date
  const dates = [...new Set(times.flatMap((time) => dateOf(time) ?? []))]
  const isOfDate = dates.length === 0 ? sql`` : sql` OR ${SEND_RUN.occasion} IN ${list(dates)}`
  const opened = await tx.rows(
    sql`SELECT ${pick(SEND_RUN, 'send_name', 'scheduled_at', 'occasion')} FROM ${SEND_RUN}
        WHERE ${SEND_RUN.send_name} IN ${list([...new Set(times.map(({ send }) => send.name))])}
          AND (${SEND_RUN.scheduled_at} IN ${list([...new Set(times.map(({ atMs }) => atMs))])}${isOfDate})
          AND ${SEND_RUN.later_of} IS NULL`,
  )
  const taken = new Set(
    opened.flatMap((run) => [`${run.scheduled_at} ${run.send_name}`, `${run.occasion} ${run.send_name}`]),
  )
  return times.filter((time) => {
    const { send, atMs } = time
    return !taken.has(`${atMs} ${send.name}`) && !taken.has(`${dateOf(time)} ${send.name}`)
  })
}

/** Who would get each of them, judged by what is known now, and what counts for them then. `open`: as `notOpened` gives them. */
export async function readRivals(
  open: readonly RivalTime[],
  asked: {
    ceiling: NonNullable<Ceiling>
    ledger: Pick<Ledger, 'hadSince'>
    /** Whom a send is for at that time. */
    wantedBy(time: RivalTime): Promise<ReadonlySet<string>>
  },
): Promise<Rival[]> {
  const { ceiling, ledger, wantedBy } = asked
  const rivals: Rival[] = []
  for (const time of open) {
    const { send, priority, atMs } = time
    const wants = await wantedBy(time)
    const had = await ledger.hadSince(startOfLastDays(ceiling.days, atMs))
    rivals.push({ name: send.name, priority, atMs, wants, had })
  }
  return rivals
}
