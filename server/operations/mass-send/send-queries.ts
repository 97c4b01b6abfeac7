import { alias } from '../../core/db/define-table.ts'
import { eachChunk } from '../../core/db/each-chunk.ts'
import { all, count, list, number, pick, select, sql, words } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Variants } from '../../rules/book/variants-of.ts'
import { ONCE } from '../../rules/campaigns/times-of-campaign.ts'
import type { ContentRule } from '../../rules/schema/content.ts'
import { chosenSenders } from './chosen-senders.ts'
import { groupOccasions } from './group-occasions.ts'
import type { Learned } from './learned.ts'
import { RECIPIENT_TABLES, recipientsOf } from './recipients-of.ts'
import { type RuleRef, ruleOf, type SendSnapshot } from './send-run.ts'
import {
  type BatchState,
  type ChatType,
  OUTCOMES,
  type Outcome,
  type OutcomeCounts,
  type RunState,
} from './send-states.ts'
import {
  type RunRow,
  SEND_BATCH,
  SEND_GROUP,
  SEND_RECIPIENT,
  SEND_RUN,
  SEND_SCHEDULE,
  SEND_SENDER,
} from './send-tables.ts'
import { contentOf } from './variant-content.ts'

export interface SendRun {
  id: number
  name: string
  /** Whether `counts` are of customers or of groups. */
  chatType: ChatType
  scheduledAtMs: number
  state: RunState
  /** Chinese; what the operator should know about this run. */
  remark: string | undefined
  /** Who said yes to it, and when, UTC milliseconds; undefined: nobody had to, or has yet. */
  approved: { by: string; atMs: number } | undefined
  /** 0 to 100. */
  priority: number
  /** What was expected of it when it was opened; undefined: of groups, and of what journeys ask for. */
  learned: Learned | undefined
  /** Of the rule as it went out. */
  version: string
  /** Another look at those whom an earlier run had no place for. */
  isLaterLook: boolean
  finishedAtMs: number | undefined
  counts: OutcomeCounts
  /** Where there are several versions: who decides who gets which, and what became of those whom each was for. */
  variants?: { by: Variants['by']; of: { name: string; counts: OutcomeCounts }[] }
}

export interface SendBatch {
  id: number
  /** WECOM_CHOOSES: of several, see chosenSenders. */
  userId: string
  /** Which version of the send; absent: there is one for all. */
  variant?: string
  size: number
  state: BatchState
  msgid: string | undefined
  confirmedAtMs: number | undefined
  remindedAtMs: number | undefined
  /** Chinese; why it failed or is unclear. */
  trouble: string | undefined
  counts: OutcomeCounts
}

/** What became of one group of one run. */
export interface SendGroup {
  chatId: string
  /** Its owner then; null: nobody knew. */
  userId: string | null
  outcome: Outcome
  /** Chinese; null when the outcome says all. */
  reason: string | null
}

export interface Unfinished {
  userId: string
  tasks: number
  /** Of which these are the tasks: one with several versions asks a guide several times. */
  sends: number
  customers: number
  groups: number
}

const emptyCounts = (): OutcomeCounts => ({
  planned: 0,
  sent: 0,
  excluded: 0,
  deferred: 0,
  'held-out': 0,
  'not-friend': 0,
  'over-limit': 0,
  'not-confirmed': 0,
  failed: 0,
  cancelled: 0,
})

interface CountRow<Part = number | null> {
  part: Part
  outcome: Outcome
  many: number
}

function tally<Part>(rows: readonly CountRow<Part>[]): Map<Part, OutcomeCounts> {
  const counts = new Map<Part, OutcomeCounts>()
  for (const { part, outcome, many } of rows) {
    const held = counts.get(part) ?? emptyCounts()
    if (OUTCOMES.includes(outcome)) held[outcome] += many
    counts.set(part, held)
  }
  return counts
}

const toRun = (row: RunRow, counts: OutcomeCounts | undefined, variants: SendRun['variants']): SendRun => ({
  id: row.id,
  name: row.send_name,
  chatType: row.chat_type,
  scheduledAtMs: row.scheduled_at,
  state: row.state,
  remark: row.remark ?? undefined,
  approved:
    row.approved_at === null || row.approved_by === null ? undefined : { by: row.approved_by, atMs: row.approved_at },
  priority: row.priority,
  learned: row.chat_type === 'group' ? undefined : (JSON.parse(row.rule_json) as Partial<SendSnapshot>).learned,
  version: row.rule_version,
  isLaterLook: row.later_of !== null,
  finishedAtMs: row.finished_at ?? undefined,
  counts: counts ?? emptyCounts(),
  ...(variants === undefined ? {} : { variants }),
})

const r = alias(SEND_RECIPIENT, 'r')
const b = alias(SEND_BATCH, 'b')
const s = alias(SEND_RUN, 's')
const q = alias(SEND_SENDER, 'q')
const g = alias(SEND_GROUP, 'g')

async function withCounts(tx: Tx, rows: RunRow[]): Promise<SendRun[]> {
  if (rows.length === 0) return []
  const found: CountRow[] = []
  for (const table of RECIPIENT_TABLES) {
    const parts = select({ part: table.run_id, outcome: table.outcome, many: count() })
    found.push(
      ...(await tx.rows(
        sql`SELECT ${parts} FROM ${table} WHERE ${table.run_id} IN ${list(rows.map((row) => row.id))}
            GROUP BY ${table.run_id}, ${table.outcome}`,
      )),
    )
  }
  const counts = tally(found)
  const variants = await variantsAmong(tx, rows)
  return rows.map((row) => toRun(row, counts.get(row.id), variants.get(row.id)))
}

/** What became of those whom each version was for; runs in which all get the same are left out, and asked for nothing. */
async function variantsAmong(tx: Tx, rows: readonly RunRow[]): Promise<Map<number, NonNullable<SendRun['variants']>>> {
  const varied = rows.flatMap(({ id, rule_json }) => {
    const { variants } = JSON.parse(rule_json) as Partial<SendSnapshot>
    return variants === undefined ? [] : [{ id, variants }]
  })
  if (varied.length === 0) return new Map()
  const part = select({ run: b.run_id, variant: b.variant, outcome: r.outcome, many: count() })
  const rowsOf = await tx.rows(
    sql`SELECT ${part} FROM ${b} JOIN ${r} ON ${r.batch_id} = ${b.id} WHERE ${b.run_id} IN ${list(varied.map(({ id }) => id))}
        GROUP BY ${b.run_id}, ${b.variant}, ${r.outcome}`,
  )
  const counts = tally(rowsOf.map(({ run, variant, ...one }) => ({ ...one, part: `${run} ${variant ?? ''}` })))
  return new Map(
    varied.map(({ id, variants: { by, of } }) => [
      id,
      { by, of: of.map(({ name }) => ({ name, counts: counts.get(`${id} ${name}`) ?? emptyCounts() })) },
    ]),
  )
}

export const sendQueries = {
  ofGroup: groupOccasions,
  chosenSenders,
  /** Scheduled sends, newest first; what journeys ask for is left out. `limit` default 20. */
  runs: async (tx: Tx, { limit = 20 }: { limit?: number } = {}): Promise<SendRun[]> =>
    withCounts(
      tx,
      await tx.rows(
        sql`SELECT ${all(SEND_RUN)} FROM ${SEND_RUN} WHERE ${SEND_RUN.ask_key} IS NULL
            ORDER BY ${SEND_RUN.scheduled_at} DESC, ${SEND_RUN.id} DESC LIMIT ${limit}`,
      ),
    ),
  /** Those of these sends, newest first; without what was called off and gave up its day, so that it comes at another time. */
  runsOf: async (tx: Tx, names: readonly string[]): Promise<SendRun[]> =>
    withCounts(
      tx,
      await tx.rows(
        sql`SELECT ${all(SEND_RUN)} FROM ${SEND_RUN} WHERE ${SEND_RUN.send_name} IN ${list(names)} AND ${SEND_RUN.ask_key} IS NULL
              AND (${SEND_RUN.state} <> 'cancelled' OR ${SEND_RUN.occasion} IS NOT NULL OR ${SEND_RUN.later_of} IS NOT NULL)
            ORDER BY ${SEND_RUN.scheduled_at} DESC, ${SEND_RUN.id} DESC`,
      ),
    ),
  run: async (tx: Tx, runId: number): Promise<SendRun | undefined> =>
    (
      await withCounts(tx, await tx.rows(sql`SELECT ${all(SEND_RUN)} FROM ${SEND_RUN} WHERE ${SEND_RUN.id} = ${runId}`))
    )[0],
  /** What runs and their versions are called and when they were due; `isAsked`: a journey asked for it. */
  named: async (tx: Tx, runIds: readonly number[]) =>
    (
      await eachChunk(runIds, (part) =>
        tx.rows(
          sql`SELECT ${pick(SEND_RUN, 'id', 'send_name', 'scheduled_at', 'ask_key', 'rule_json')} FROM ${SEND_RUN}
              WHERE ${SEND_RUN.id} IN ${list(part)}`,
        ),
      )
    ).map((row) => ({
      ...{ id: row.id, name: row.send_name, atMs: row.scheduled_at, isAsked: row.ask_key !== null },
      variants: (JSON.parse(row.rule_json) as Partial<SendSnapshot>).variants?.of.map(({ name }) => name),
    })),
  /** The tasks of a run, by guide. */
  batches: async (tx: Tx, runId: number): Promise<SendBatch[]> => {
    const rows = await tx.rows(
      sql`SELECT ${all(b)} FROM ${b} WHERE ${b.run_id} = ${runId} ORDER BY ${b.userid}, ${b.chunk}`,
    )
    const { table } = recipientsOf(rows[0] ?? { chat_type: 'single' })
    const counts = tally(
      await tx.rows(
        sql`SELECT ${select({ part: table.batch_id, outcome: table.outcome, many: count() })} FROM ${table}
            WHERE ${table.run_id} = ${runId} GROUP BY ${table.batch_id}, ${table.outcome}`,
      ),
    )
    return rows.map((row) => ({
      id: row.id,
      userId: row.userid,
      ...(row.variant === null ? {} : { variant: row.variant }),
      size: row.size,
      state: row.state,
      msgid: row.msgid ?? undefined,
      confirmedAtMs: row.confirmed_at ?? undefined,
      remindedAtMs: row.reminded_at ?? undefined,
      trouble: row.last_error ?? undefined,
      counts: counts.get(row.id) ?? emptyCounts(),
    }))
  },
  /** Why customers, or groups, of a run were kept out or failed, most first. */
  reasons: (
    tx: Tx,
    { id, chatType }: Pick<SendRun, 'id' | 'chatType'>,
  ): Promise<{ outcome: Outcome; reason: string; many: number }[]> => {
    const { table } = recipientsOf({ chat_type: chatType })
    return tx.rows(
      sql`SELECT ${select({ outcome: table.outcome, reason: words(sql`${table.reason}`), many: count() })} FROM ${table}
          WHERE ${table.run_id} = ${id} AND ${table.reason} IS NOT NULL
          GROUP BY ${table.outcome}, ${table.reason} ORDER BY many DESC, ${table.outcome}`,
    )
  },
  /** What became of each group of a run, by owner. */
  groups: (tx: Tx, runId: number): Promise<SendGroup[]> => {
    const { chat_id: chatId, userid: userId, outcome, reason } = SEND_GROUP
    return tx.rows(
      sql`SELECT ${select({ chatId, userId, outcome, reason })} FROM ${SEND_GROUP}
          WHERE ${SEND_GROUP.run_id} = ${runId} ORDER BY ${userId}, ${SEND_GROUP.id}`,
    )
  },
  /** What arrived at one customer since then, newest first: by which rule, in whose name, and with what content. At most 50. */
  arrivedAt: async (
    tx: Tx,
    externalUserId: string,
    sinceMs: number,
  ): Promise<{ rule: RuleRef; userId: string | undefined; atMs: number; content: ContentRule }[]> => {
    const arrival = select({ userId: r.userid, atMs: r.outcome_at, variant: b.variant })
    const rows = await tx.rows(
      sql`SELECT ${arrival}, ${pick(s, 'send_name', 'rule_version', 'rule_json')} FROM ${r} JOIN ${s} ON ${s.id} = ${r.run_id}
          LEFT JOIN ${b} ON ${b.id} = ${r.batch_id}
          WHERE ${r.external_userid} = ${externalUserId} AND ${r.outcome} = 'sent' AND ${r.outcome_at} >= ${sinceMs}
          ORDER BY ${r.outcome_at} DESC LIMIT 50`,
    )
    return rows.map((row) => ({
      rule: ruleOf(row),
      userId: row.userId ?? undefined,
      atMs: row.atMs ?? sinceMs,
      content: contentOf(JSON.parse(row.rule_json) as Pick<SendSnapshot, 'content' | 'variants'>, row.variant),
    }))
  },
  /** What guides still have to confirm, by guide: number of tasks, of how many sends they are, and the customers and groups that wait for them. */
  unfinishedByGuide: async (tx: Tx): Promise<Unfinished[]> => {
    const found = new Map<string, Unfinished>()
    for (const table of [r, g]) {
      const of = table === r ? 'customers' : 'groups'
      // Where WeCom chooses who sends, each confirms their own part.
      const userId = words(sql`${table.userid}`)
      const waiting = select({
        userId,
        tasks: number(sql`COUNT(DISTINCT ${b.id})`),
        sends: number(sql`COUNT(DISTINCT ${b.run_id})`),
        many: count(),
      })
      const rows = await tx.rows(
        sql`SELECT ${waiting} FROM ${b} JOIN ${table} ON ${table.batch_id} = ${b.id} AND ${table.outcome} = 'planned'
            LEFT JOIN ${q} ON ${q.batch_id} = ${b.id} AND ${q.userid} = ${table.userid}
            WHERE ${b.state} = 'created' AND ${b.confirmed_at} IS NULL AND ${q.confirmed_at} IS NULL GROUP BY ${table.userid}`,
      )
      for (const { userId, tasks, sends, many } of rows) {
        const held = found.get(userId) ?? { userId, tasks: 0, sends: 0, customers: 0, groups: 0 }
        held.tasks += tasks
        held.sends += sends
        held[of] += many
        found.set(userId, held)
      }
    }
    return [...found.values()].sort(
      (a, c) => c.customers - a.customers || c.groups - a.groups || (a.userId < c.userId ? -1 : 1),
    )
  },
  /** Batches of which nobody knows whether the platform made them; an operator may look in WeCom's admin console. */
  unclear: (tx: Tx): Promise<{ batchId: number; runId: number; userId: string; size: number }[]> =>
    tx.rows(
      sql`SELECT ${select({ batchId: b.id, runId: b.run_id, userId: b.userid, size: b.size })} FROM ${b}
          WHERE ${b.state} = 'unclear' ORDER BY ${b.id}`,
    ),
  /** When each send is next due; undefined: not again, like a step of a campaign that is out and was moved afterwards. */
  nextTimes: async (tx: Tx): Promise<Map<string, number | undefined>> => {
    const taken = await tx.rows(
      sql`SELECT ${pick(SEND_RUN, 'send_name')} FROM ${SEND_RUN} WHERE ${SEND_RUN.occasion} = ${ONCE}`,
    )
    const out = new Set(taken.map((run) => run.send_name))
    const rows = await tx.rows(sql`SELECT ${pick(SEND_SCHEDULE, 'send_name', 'next_at')} FROM ${SEND_SCHEDULE}`)
    return new Map(
      rows.map(({ send_name: name, next_at }) => [name, out.has(name) ? undefined : (next_at ?? undefined)]),
    )
  },
}
