import { alias, type Column } from '../../core/db/define-table.ts'
import { count, list, pick, type Sql, select, sql, words } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { SendSnapshot } from '../../operations/mass-send/send-run.ts'
import { type ChatType, OUTCOME_ZH, type Outcome } from '../../operations/mass-send/send-states.ts'
import { SEND_BATCH, SEND_GROUP, SEND_RECIPIENT, SEND_RUN } from '../../operations/mass-send/send-tables.ts'
import { contentOf, titleOf } from '../../operations/mass-send/variant-content.ts'
import { snapshotOf } from '../../operations/moments/moment-run.ts'
import { MOMENT_RUN } from '../../operations/moments/moment-tables.ts'
import { DUTY } from '../../operations/tasks/duties/duty-tables.ts'
import type { ContentRule } from '../../rules/schema/content.ts'

/** To whom, or what, something comes: known by external_userid, chat_id, name of a moment, userid. */
export const OUTGOING_KINDS = ['customers', 'groups', 'moments', 'staff'] as const
export type OutgoingKind = (typeof OUTGOING_KINDS)[number]

/** One thing that some rule sent, or did not. */
export interface Told {
  whose: string
  /** UTC milliseconds. */
  atMs: number
  /** Its place among what came at that instant. */
  nth: number
  /** The same for all to whom it happened: `2026-11-26 10:00 群发「家宴·预热」：已送达`. */
  what: string
  /** Its words, or why not. */
  more: string
}

export interface OutgoingAsked {
  /** Names of sends, moments and to-dos of staff. */
  names: ReadonlySet<string>
  /** After this instant, up to and with `toMs`; UTC milliseconds. */
  fromMs: number
  toMs: number
}

/** What came to those of one kind, by pages. */
export interface OutgoingReader {
  /** At most so many things came to any of them. */
  mostEach: number
  /** The next of them behind `after`, by code points; also some to whom nothing came. */
  whose(after: string, limit: number): Promise<string[]>
  /** All that came to those behind `after`, up to and with `upTo`, in the order of time. */
  told(span: { after: string; upTo: string }): Promise<Told[]>
}

const FIRST_WORDS = 40

const s = alias(SEND_RUN, 's')
const b = alias(SEND_BATCH, 'b')
const m = alias(MOMENT_RUN, 'm')
const d = alias(DUTY, 'd')

/** How to read a rehearsal that has come to its end; at least one name is asked for. */
export const openOutgoing = async (
  tx: ReadTx,
  asked: OutgoingAsked,
): Promise<Record<OutgoingKind, OutgoingReader>> => ({
  customers: await sendsTo(tx, asked, 'single'),
  groups: await sendsTo(tx, asked, 'group'),
  moments: await momentsOf(tx, asked),
  staff: await dutiesOf(tx, asked),
})

const CUSTOMERS = alias(SEND_RECIPIENT, 'r')
const GROUPS = alias(SEND_GROUP, 'g')

interface Run {
  name: string
  atMs: number
  said: Pick<SendSnapshot, 'content' | 'variants'>
}

async function sendsTo(
  tx: ReadTx,
  { names, fromMs, toMs }: OutgoingAsked,
  chatType: ChatType,
): Promise<OutgoingReader> {
  const table = chatType === 'group' ? GROUPS : CUSTOMERS
  const whose = chatType === 'group' ? GROUPS.chat_id : CUSTOMERS.external_userid
  const isAsked = sql`${s.send_name} IN ${list([...names])} AND ${s.ask_key} IS NULL AND ${s.chat_type} = ${chatType}
    AND ${s.scheduled_at} > ${fromMs} AND ${s.scheduled_at} <= ${toMs}`
  const stored = await tx.rows(
    sql`SELECT ${pick(s, 'id', 'send_name', 'scheduled_at', 'rule_json')} FROM ${s} WHERE ${isAsked}`,
  )
  const runs = new Map(stored.map((row): [number, Run] => [row.id, runOf(row)]))
  const told = {
    id: words(sql`${whose}`),
    runId: table.run_id,
    outcome: words<Outcome>(sql`${table.outcome}`),
    reason: words<string | null>(sql`${table.reason}`),
    variant: b.variant,
  }
  return {
    mostEach: runs.size,
    whose: (after, limit) =>
      runs.size === 0 ? Promise.resolve([]) : idsOf(tx, { whose, from: sql`${table}`, after, limit }),
    told: async ({ after, upTo }) => {
      const rows = await tx.rows(
        sql`SELECT ${select(told)} FROM ${s} JOIN ${table} ON ${table.run_id} = ${s.id}
            LEFT JOIN ${b} ON ${b.id} = ${table.batch_id}
            WHERE ${isAsked} AND ${whose} > ${after} AND ${whose} <= ${upTo} ORDER BY ${s.scheduled_at}, ${s.id}`,
      )
      return rows.flatMap(({ id, runId, outcome, reason, variant }) => {
        const run = runs.get(runId)
        if (run === undefined) return []
        const what = `${shanghaiText(run.atMs)} ${titleOf(run.name, variant)}：${OUTCOME_ZH[outcome]}`
        const more =
          outcome === 'sent' ? firstWords(contentOf(run.said, variant)) : reason === null ? '' : `，${reason}`
        return { whose: id, atMs: run.atMs, nth: runId, what, more }
      })
    },
  }
}

function runOf(row: { send_name: string; scheduled_at: number; rule_json: string }): Run {
  const { content, variants } = JSON.parse(row.rule_json) as Pick<SendSnapshot, 'content' | 'variants'>
  return {
    name: row.send_name,
    atMs: row.scheduled_at,
    said: { content, ...(variants === undefined ? {} : { variants }) },
  }
}

async function momentsOf(tx: ReadTx, { names, fromMs, toMs }: OutgoingAsked): Promise<OutgoingReader> {
  const isAsked = sql`${m.moment_name} IN ${list([...names])} AND ${m.state} <> 'missed'
    AND ${m.scheduled_at} > ${fromMs} AND ${m.scheduled_at} <= ${toMs}`
  const from = sql`${m}`
  return {
    mostEach: await mostEach(tx, { whose: m.moment_name, from, isAsked }),
    whose: (after, limit) => idsOf(tx, { whose: m.moment_name, from, isAsked, after, limit }),
    told: async ({ after, upTo }) => {
      const rows = await tx.rows(
        sql`SELECT ${pick(m, 'id', 'moment_name', 'scheduled_at', 'rule_json')} FROM ${m}
            WHERE ${isAsked} AND ${m.moment_name} > ${after} AND ${m.moment_name} <= ${upTo}
            ORDER BY ${m.scheduled_at}, ${m.id}`,
      )
      return rows.map((row) => {
        const { guides, tags, content } = snapshotOf(row)
        const who = guides === undefined ? '请所有导购发' : `请 ${guides.join('、')} 发`
        const whom = tags === undefined || tags.length === 0 ? '' : `，给 ${tags.join('、')}`
        const what = `${shanghaiText(row.scheduled_at)} 朋友圈「${row.moment_name}」`
        const more = `：${who}${whom}${firstWords(content)}`
        return { whose: row.moment_name, atMs: row.scheduled_at, nth: row.id, what, more }
      })
    },
  }
}

async function dutiesOf(tx: ReadTx, { names, fromMs, toMs }: OutgoingAsked): Promise<OutgoingReader> {
  const isAsked = sql`${d.duty_name} IN ${list([...names])} AND ${d.opened_at} > ${fromMs} AND ${d.opened_at} <= ${toMs}`
  const from = sql`${d}`
  return {
    mostEach: await mostEach(tx, { whose: d.userid, from, isAsked }),
    whose: (after, limit) => idsOf(tx, { whose: d.userid, from, isAsked, after, limit }),
    told: async ({ after, upTo }) => {
      const rows = await tx.rows(
        sql`SELECT ${pick(d, 'id', 'duty_name', 'userid', 'title', 'opened_at', 'due_at', 'group_names', 'state')} FROM ${d}
            WHERE ${isAsked} AND ${d.userid} > ${after} AND ${d.userid} <= ${upTo} ORDER BY ${d.opened_at}, ${d.id}`,
      )
      return rows.map((row) => {
        const full = row.state === 'held' ? '：当天已满，没有排进去' : ''
        const what = `${shanghaiText(row.opened_at)} 待办「${row.duty_name}」${full}`
        const more = `：${row.title}，${shanghaiText(row.due_at)} 前${row.group_names === '' ? '' : `，${row.group_names}`}`
        return { whose: row.userid, atMs: row.opened_at, nth: row.id, what, more }
      })
    },
  }
}

interface Whose {
  whose: Column<string>
  from: Sql
  /** Absent: all of them. */
  isAsked?: Sql
}

async function idsOf(tx: ReadTx, asked: Whose & { after: string; limit: number }): Promise<string[]> {
  const { whose, from, isAsked = sql`1 = 1`, after, limit } = asked
  const rows = await tx.rows(
    sql`SELECT DISTINCT ${select({ id: whose })} FROM ${from} WHERE ${isAsked} AND ${whose} > ${after}
        ORDER BY ${whose} LIMIT ${limit}`,
  )
  return rows.map(({ id }) => id)
}

async function mostEach(tx: ReadTx, { whose, from, isAsked = sql`1 = 1` }: Whose): Promise<number> {
  const most = await tx.row(
    sql`SELECT ${select({ many: count() })} FROM ${from} WHERE ${isAsked} GROUP BY ${whose} ORDER BY many DESC LIMIT 1`,
  )
  return most?.many ?? 0
}

function firstWords({ text }: Pick<ContentRule, 'text'>): string {
  const all = Array.from((text ?? '').replace(/\s+/g, ' ').trim())
  return all.length === 0 ? '' : `「${all.slice(0, FIRST_WORDS).join('')}${all.length > FIRST_WORDS ? '…' : ''}」`
}
