import { alias } from '../../core/db/define-table.ts'
import { list, pick, select, sql, words } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { SendSnapshot } from '../../operations/mass-send/send-run.ts'
import { OUTCOME_ZH, type Outcome } from '../../operations/mass-send/send-states.ts'
import { SEND_BATCH, SEND_GROUP, SEND_RECIPIENT, SEND_RUN } from '../../operations/mass-send/send-tables.ts'
import { contentOf, titleOf } from '../../operations/mass-send/variant-content.ts'
import { snapshotOf } from '../../operations/moments/moment-run.ts'
import { MOMENT_RUN } from '../../operations/moments/moment-tables.ts'
import { DUTY } from '../../operations/tasks/duties/duty-tables.ts'
import type { ContentRule } from '../../rules/schema/content.ts'

/** What some rules sent, or did not, in the days of a rehearsal. */
export interface Outgoing {
  /** How often each thing came to pass, in the order of time: `2026-11-26 10:00 群发「家宴·预热」：已送达`. */
  counts: Map<string, number>
  /** What came to each, in the order of time, with its words or why not. Keys: external_userid, chat_id, name of a moment, userid. */
  ways: Record<'customers' | 'groups' | 'moments' | 'staff', Map<string, string[]>>
}

export interface OutgoingAsked {
  /** Names of sends, moments and to-dos of staff. */
  names: ReadonlySet<string>
  /** After this instant, up to and with `toMs`; UTC milliseconds. */
  fromMs: number
  toMs: number
}

const FIRST_WORDS = 40

const g = alias(SEND_GROUP, 'g')
const r = alias(SEND_RECIPIENT, 'r')
const b = alias(SEND_BATCH, 'b')

/** Reads a rehearsal that has come to its end. */
export async function readOutgoing(tx: ReadTx, asked: OutgoingAsked): Promise<Outgoing> {
  const found: Outgoing = {
    counts: new Map(),
    ways: { customers: new Map(), groups: new Map(), moments: new Map(), staff: new Map() },
  }
  if (asked.names.size === 0) return found
  await readSends(tx, asked, found)
  await readMoments(tx, asked, found)
  await readDuties(tx, asked, found)
  return { ...found, counts: new Map([...found.counts].sort(([a], [b]) => (a < b ? -1 : 1))) }
}

function note(found: Outgoing, kind: keyof Outgoing['ways'], whose: string, { what, more }: Told): void {
  found.counts.set(what, (found.counts.get(what) ?? 0) + 1)
  const way = found.ways[kind].get(whose) ?? []
  way.push(more === '' ? what : `${what}${more}`)
  found.ways[kind].set(whose, way)
}

interface Told {
  /** The same for all to whom it happened. */
  what: string
  /** Its words, or why not. */
  more: string
}

async function readSends(tx: ReadTx, asked: OutgoingAsked, found: Outgoing): Promise<void> {
  const runs = await tx.rows(
    sql`SELECT ${pick(SEND_RUN, 'id', 'send_name', 'scheduled_at', 'rule_json', 'chat_type')} FROM ${SEND_RUN}
        WHERE ${SEND_RUN.send_name} IN ${list([...asked.names])} AND ${SEND_RUN.ask_key} IS NULL
          AND ${SEND_RUN.scheduled_at} > ${asked.fromMs} AND ${SEND_RUN.scheduled_at} <= ${asked.toMs}
        ORDER BY ${SEND_RUN.scheduled_at}, ${SEND_RUN.id}`,
  )
  for (const run of runs) {
    const isGroup = run.chat_type === 'group'
    const whose = isGroup ? g.chat_id : r.external_userid
    const table = isGroup ? g : r
    const told = {
      id: words(sql`${whose}`),
      outcome: words<Outcome>(sql`${table.outcome}`),
      reason: words<string | null>(sql`${table.reason}`),
      variant: b.variant,
    }
    const rows = await tx.rows(
      sql`SELECT ${select(told)} FROM ${table} LEFT JOIN ${b} ON ${b.id} = ${table.batch_id}
          WHERE ${table.run_id} = ${run.id} ORDER BY ${whose}`,
    )
    const said = JSON.parse(run.rule_json) as Pick<SendSnapshot, 'content' | 'variants'>
    for (const { id, outcome, reason, variant } of rows) {
      const head = `${shanghaiText(run.scheduled_at)} ${titleOf(run.send_name, variant)}`
      const what = `${head}：${OUTCOME_ZH[outcome]}`
      const more = outcome === 'sent' ? firstWords(contentOf(said, variant)) : reason === null ? '' : `，${reason}`
      note(found, isGroup ? 'groups' : 'customers', id, { what, more })
    }
  }
}

async function readMoments(tx: ReadTx, asked: OutgoingAsked, found: Outgoing): Promise<void> {
  const runs = await tx.rows(
    sql`SELECT ${pick(MOMENT_RUN, 'moment_name', 'scheduled_at', 'rule_json')} FROM ${MOMENT_RUN}
        WHERE ${MOMENT_RUN.moment_name} IN ${list([...asked.names])} AND ${MOMENT_RUN.state} <> 'missed'
          AND ${MOMENT_RUN.scheduled_at} > ${asked.fromMs} AND ${MOMENT_RUN.scheduled_at} <= ${asked.toMs}
        ORDER BY ${MOMENT_RUN.scheduled_at}, ${MOMENT_RUN.id}`,
  )
  for (const run of runs) {
    const { guides, tags, content } = snapshotOf(run)
    const who = guides === undefined ? '请所有导购发' : `请 ${guides.join('、')} 发`
    const whom = tags === undefined || tags.length === 0 ? '' : `，给 ${tags.join('、')}`
    const what = `${shanghaiText(run.scheduled_at)} 朋友圈「${run.moment_name}」`
    note(found, 'moments', run.moment_name, { what, more: `：${who}${whom}${firstWords(content)}` })
  }
}

async function readDuties(tx: ReadTx, asked: OutgoingAsked, found: Outgoing): Promise<void> {
  const d = DUTY
  const rows = await tx.rows(
    sql`SELECT ${pick(d, 'duty_name', 'userid', 'title', 'opened_at', 'due_at', 'group_names', 'state')} FROM ${d}
        WHERE ${d.duty_name} IN ${list([...asked.names])} AND ${d.opened_at} > ${asked.fromMs} AND ${d.opened_at} <= ${asked.toMs}
        ORDER BY ${d.opened_at}, ${d.id}`,
  )
  for (const row of rows) {
    const what = `${shanghaiText(row.opened_at)} 待办「${row.duty_name}」${row.state === 'held' ? '：当天已满，没有排进去' : ''}`
    const more = `：${row.title}，${shanghaiText(row.due_at)} 前${row.group_names === '' ? '' : `，${row.group_names}`}`
    note(found, 'staff', row.userid, { what, more })
  }
}

function firstWords({ text }: Pick<ContentRule, 'text'>): string {
  const all = Array.from((text ?? '').replace(/\s+/g, ' ').trim())
  return all.length === 0 ? '' : `「${all.slice(0, FIRST_WORDS).join('')}${all.length > FIRST_WORDS ? '…' : ''}」`
}
