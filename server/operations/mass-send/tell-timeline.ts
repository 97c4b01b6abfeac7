import type { Db } from '../../core/db/db.ts'
import { alias } from '../../core/db/define-table.ts'
import { list, number, pick, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import { touches } from '../../records/touches/touches.ts'
import { recipientNote } from './recipient-note.ts'
import { ruleOf } from './send-run.ts'
import type { Outcome } from './send-states.ts'
import { SEND_BATCH, SEND_RECIPIENT, SEND_RUN } from './send-tables.ts'

/** What became of one customer of a send that another capability asked for. */
export interface AskedOutcome {
  askKey: string
  externalUserId: string
  outcome: Outcome
  /** One Chinese line. */
  text: string
}

export interface TellDeps {
  db: Db
  timeline: Pick<Timeline, 'noteAll'>
  /** Told of the outcomes of what was asked for, in the transaction that notes them. */
  onAsked(tx: Tx, outcomes: AskedOutcome[]): Promise<void>
  /** Told which sends arrived and when, once they are written down as contacts. */
  onContacts(tx: Tx, contacts: { externalUserId: string; atMs: number }[]): Promise<void>
  guideName(tx: Tx, userId: string): Promise<string | undefined>
}

/** Outcomes per transaction. */
const PAGE = 500

/** Tells the customers' timelines, and the contacts, the outcomes that were written since the last time. Safe to cut off
 *  and to repeat. */
export async function tellTimeline(deps: TellDeps): Promise<void> {
  while ((await deps.db.tx((tx) => tellPage(tx, deps))) === PAGE) {
    // A full page: there may be more.
  }
}

const r = alias(SEND_RECIPIENT, 'r')
const s = alias(SEND_RUN, 's')
const b = alias(SEND_BATCH, 'b')

async function tellPage(tx: Tx, { timeline, guideName, onAsked, onContacts }: TellDeps): Promise<number> {
  const rows = await tx.rows(
    // Where a note is due there is an outcome, and so its instant.
    sql`SELECT ${pick(r, 'id', 'run_id', 'external_userid', 'userid', 'outcome', 'reason')},
               ${select({ atMs: number(sql`${r.outcome_at}`) })},
               ${pick(s, 'send_name', 'rule_version', 'rule_json', 'ask_key')}, ${pick(b, 'variant')}
        FROM ${r} JOIN ${s} ON ${s.id} = ${r.run_id} LEFT JOIN ${b} ON ${b.id} = ${r.batch_id} WHERE ${r.note_due} = 1 ORDER BY ${r.id} LIMIT ${PAGE}`,
  )
  if (rows.length === 0) return 0
  const names = new Map<string, string>()
  for (const { userid } of rows) {
    if (userid !== null && !names.has(userid)) names.set(userid, (await guideName(tx, userid)) ?? userid)
  }
  const asked: AskedOutcome[] = []
  await timeline.noteAll(
    tx,
    rows.flatMap((row) => {
      const text = recipientNote({
        sendName: row.send_name,
        variant: row.variant,
        outcome: row.outcome,
        guideName: names.get(row.userid ?? '') ?? '',
        reason: row.reason ?? undefined,
      })
      if (text === undefined) return []
      const { ask_key: askKey, external_userid: externalUserId, outcome } = row
      if (askKey !== null) asked.push({ askKey, externalUserId, outcome, text })
      return {
        key: `mass-send:${row.run_id}:${row.external_userid}`,
        externalUserId: row.external_userid,
        userId: row.userid ?? undefined,
        atMs: row.atMs,
        kind: `mass-send.${row.outcome}`,
        text,
        reason: { text, rule: ruleOf(row) },
      }
    }),
  )
  const arrived = rows.filter((row) => row.outcome === 'sent')
  await touches.add(
    tx,
    arrived.map((row) => ({
      key: `send:${row.run_id}:${row.external_userid}`,
      externalUserId: row.external_userid,
      userId: row.userid ?? undefined,
      kind: 'send',
      about: row.send_name,
      atMs: row.atMs,
    })),
  )
  await onContacts(
    tx,
    arrived.map((row) => ({ externalUserId: row.external_userid, atMs: row.atMs })),
  )
  if (asked.length > 0) await onAsked(tx, asked)
  const told = list(rows.map((row) => row.id))
  await tx.run(
    sql`UPDATE ${SEND_RECIPIENT} SET ${set(SEND_RECIPIENT, { note_due: 0 })} WHERE ${SEND_RECIPIENT.id} IN ${told}`,
  )
  return rows.length
}
