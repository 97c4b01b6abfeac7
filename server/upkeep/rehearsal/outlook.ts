import { facts } from '../../capabilities/facts.ts'
import type { Db } from '../../core/db/db.ts'
import { alias } from '../../core/db/define-table.ts'
import { count, number, raw, select, sql, words } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { DAY_MS, HOUR_MS, startOfShanghaiMonth } from '../../core/kernel/shanghai.ts'
import { monthlyLimit } from '../../operations/mass-send/monthly-limit.ts'
import { RECIPIENT_TABLES } from '../../operations/mass-send/recipients-of.ts'
import { SEND_GROUP, SEND_RECIPIENT, SEND_RUN } from '../../operations/mass-send/send-tables.ts'
import { timesOfSend } from '../../operations/mass-send/send-times.ts'
import { momentsOut } from '../../operations/moments/moment-queries.ts'
import { type MomentPreview, previewMoment } from '../../operations/moments/preview-moment.ts'
import { DUTY } from '../../operations/tasks/duties/duty-tables.ts'
import { storedConsents } from '../../records/privacy/consents.ts'
import { staffQueries } from '../../records/staff/staff-queries.ts'
import { touches } from '../../records/touches/touches.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'

/** What goes out besides journeys in the days of a plan, over all ways; times in UTC milliseconds. */
export interface Outlook {
  /** Whom each send leaves out at each of its times, by why, most first. */
  leftOut: { name: string; scheduledAtMs: number; of: 'customers' | 'groups'; why: string; many: number }[]
  moments: ({ name: string; atMs: number } & MomentPreview)[]
  /** What staff are asked for without a customer, by rule and day. */
  duties: { name: string; title: string; day: string; staff: number; held: number }[]
  /** How many get more than one mass message on one Shanghai day. */
  collisions: { day: string; customers: number; groups: number }[]
  /** Of mass messages, in the month in which the plan ends, when it ends: how many customers have had all, and how many are left
   *  for whoever has the fewest; undefined: nobody has had any. */
  quota: { full: number; fewestLeft: number } | undefined
}

const s = alias(SEND_RUN, 's')

/** Reads a rehearsal that has come to its end. */
export async function readOutlook(
  db: Db,
  book: RuleBook,
  { fromMs, toMs, perCustomerPerMonth }: { fromMs: number; toMs: number; perCustomerPerMonth: number | undefined },
): Promise<Outlook> {
  const moments = await momentsAhead(db, book, fromMs, toMs)
  return db.tx(async (tx) => ({
    leftOut: await leftOut(tx, fromMs, toMs),
    moments,
    duties: await dutiesAhead(tx, fromMs, toMs),
    collisions: await collisionsOf(tx, fromMs, toMs),
    quota: await quotaAt(tx, toMs, perCustomerPerMonth),
  }))
}

/** What differs from one customer to the next stands in brackets, and behind a semicolon when they are looked at again. */
const inShort = (reason: string): string => (reason.split('；')[0] ?? reason).replace(/（[^（）]*）/g, '')

async function leftOut(tx: ReadTx, fromMs: number, toMs: number): Promise<Outlook['leftOut']> {
  const found = new Map<string, Outlook['leftOut'][number]>()
  for (const table of RECIPIENT_TABLES) {
    const one = select({
      name: s.send_name,
      scheduledAtMs: s.scheduled_at,
      reason: words(sql`${table.reason}`),
      many: count(),
    })
    const rows = await tx.rows(
      sql`SELECT ${one} FROM ${table} JOIN ${s} ON ${s.id} = ${table.run_id}
          WHERE ${s.ask_key} IS NULL AND ${s.scheduled_at} > ${fromMs} AND ${s.scheduled_at} <= ${toMs}
            AND ${table.outcome} IN ('excluded', 'deferred', 'held-out') AND ${table.reason} IS NOT NULL
          GROUP BY ${s.send_name}, ${s.scheduled_at}, ${table.reason}`,
    )
    for (const { reason, many, ...row } of rows) {
      const why = inShort(reason)
      const key = JSON.stringify([row, why])
      const of = table === SEND_GROUP ? 'groups' : 'customers'
      const held = found.get(key) ?? { ...row, of, why, many: 0 }
      held.many += many
      found.set(key, held)
    }
  }
  return [...found.values()].sort((a, b) => a.scheduledAtMs - b.scheduledAtMs || b.many - a.many)
}

/** As far as friends and tags are known now: nobody publishes them in a rehearsal. */
async function momentsAhead(db: Db, book: RuleBook, fromMs: number, toMs: number): Promise<Outlook['moments']> {
  const found: Outlook['moments'] = []
  const { currentIdOf, guideIds } = staffQueries
  const out = await db.tx(momentsOut)
  for (const moment of book.moments.values()) {
    if (moment.value.enabled === false) continue
    const heldMs = moment.occasions === undefined ? undefined : out.get(moment.name)
    const { nextAfter } = timesOfSend(moment)
    for (let atMs = nextAfter(fromMs); atMs !== undefined && atMs <= toMs; atMs = nextAfter(atMs)) {
      if (heldMs !== undefined && heldMs !== atMs) continue
      const consents = storedConsents(createSettableClock(atMs))
      const deps = { consents, touches, currentIdOf, guideIds, policy: book.policy, facts }
      found.push({ name: moment.name, atMs, ...(await previewMoment(db, deps, moment, atMs)) })
    }
  }
  return found.sort((a, b) => a.atMs - b.atMs)
}

const dayOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)
/** The number of the Shanghai day of an instant. */
const dayNo = (atMs: number): number => Math.floor((atMs + 8 * HOUR_MS) / DAY_MS)

async function dutiesAhead(tx: ReadTx, fromMs: number, toMs: number): Promise<Outlook['duties']> {
  const d = DUTY
  const asked = select({ name: d.duty_name, title: d.title, openedAtMs: d.opened_at, state: d.state, staff: count() })
  const rows = await tx.rows(
    sql`SELECT ${asked} FROM ${d} WHERE ${d.opened_at} > ${fromMs} AND ${d.opened_at} <= ${toMs}
        GROUP BY ${d.duty_name}, ${d.title}, ${d.opened_at}, ${d.state} ORDER BY ${d.opened_at}, ${d.duty_name}`,
  )
  const found = new Map<string, Outlook['duties'][number]>()
  for (const { name, title, openedAtMs, state, staff } of rows) {
    const day = dayOf(dayNo(openedAtMs))
    const held = found.get(`${name} ${day}`) ?? { name, title, day, staff: 0, held: 0 }
    held.staff += staff
    if (state === 'held') held.held += staff
    found.set(`${name} ${day}`, held)
  }
  return [...found.values()]
}

async function collisionsOf(tx: ReadTx, fromMs: number, toMs: number): Promise<Outlook['collisions']> {
  const days = new Map<string, Outlook['collisions'][number]>()
  for (const table of RECIPIENT_TABLES) {
    const of = table === SEND_GROUP ? 'groups' : 'customers'
    const whose = table === SEND_GROUP ? SEND_GROUP.chat_id : SEND_RECIPIENT.external_userid
    // Whole days since 1970 in Shanghai, the same on both databases.
    const day = sql`FLOOR((${table.outcome_at} + ${raw(String(8 * HOUR_MS))}) / ${raw(String(DAY_MS))})`
    const rows = await tx.rows(
      sql`SELECT ${select({ day: number(sql`day_no`), many: number(sql`COUNT(*)`) })} FROM (
            SELECT ${day} AS day_no FROM ${table}
            WHERE ${table.outcome} = 'sent' AND ${table.outcome_at} > ${fromMs} AND ${table.outcome_at} <= ${toMs}
            GROUP BY ${day}, ${whose} HAVING COUNT(*) > 1) twice GROUP BY day_no`,
    )
    for (const row of rows) {
      const key = dayOf(row.day)
      const held = days.get(key) ?? { day: key, customers: 0, groups: 0 }
      held[of] += row.many
      days.set(key, held)
    }
  }
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1))
}

async function quotaAt(tx: ReadTx, toMs: number, perMonth: number | undefined): Promise<Outlook['quota']> {
  const most = monthlyLimit(toMs, perMonth)
  const r = SEND_RECIPIENT
  const row = await tx.row(
    sql`SELECT ${select({
      full: number(sql`COALESCE(SUM(CASE WHEN had >= ${most} THEN 1 ELSE 0 END), 0)`),
      most: number(sql`COALESCE(MAX(had), 0)`),
    })} FROM (SELECT COUNT(*) AS had FROM ${r} WHERE ${r.outcome} = 'sent' AND ${r.outcome_at} >= ${startOfShanghaiMonth(toMs)}
              GROUP BY ${r.external_userid}) counted`,
  )
  return row === undefined || row.most === 0 ? undefined : { full: row.full, fewestLeft: Math.max(0, most - row.most) }
}
