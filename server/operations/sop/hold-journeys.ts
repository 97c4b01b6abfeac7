import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { ENTRY_COLUMNS, toEntry } from './model/sop-entry.ts'
import { scansOf } from './scans/scan.ts'
import { schedule } from './scans/scan-store.ts'
import { SOP_ENTRY, SOP_MESSAGE } from './sop-tables.ts'

/** After an old state of the database was put back: who had a step due by `untilMs` (UTC) may have gone on since, nobody knows
 *  how far. They leave their journey, messages that waited are not sent, and looks at everybody whose time has passed are not
 *  made up for; audiences are looked at anew without letting anybody in. Who waits for later goes on. Safe to repeat. */
export async function holdJourneys(
  tx: Tx,
  { sops, timeline }: { sops: RuleBook['sops']; timeline: Pick<Timeline, 'noteAll'> },
  { untilMs, why }: { untilMs: number; why: string },
): Promise<{ left: number; messages: number; looks: number }> {
  const rows = await tx.rows(
    sql`SELECT ${ENTRY_COLUMNS} FROM ${SOP_ENTRY}
        WHERE ${SOP_ENTRY.state} = 'active' AND ${SOP_ENTRY.held_out} = 0 AND ${SOP_ENTRY.due_at} <= ${untilMs}`,
  )
  const entries = rows.map(toEntry)
  const left = set(SOP_ENTRY, { state: 'left', due_at: null, waiting_event: null, ended_at: untilMs, end_reason: why })
  await tx.run(
    sql`UPDATE ${SOP_ENTRY} SET ${left}
        WHERE ${SOP_ENTRY.state} = 'active' AND ${SOP_ENTRY.held_out} = 0 AND ${SOP_ENTRY.due_at} <= ${untilMs}`,
  )
  await timeline.noteAll(
    tx,
    entries.map(({ id, externalUserId, userId, sop, version }) => ({
      key: `sop:${id}:end`,
      externalUserId,
      userId,
      atMs: untilMs,
      kind: 'sop.ended',
      text: `离开 SOP「${sops.get(sop)?.title ?? sop}」：${why}`,
      reason: { text: why, rule: { kind: 'sop', name: sop, version } },
    })),
  )
  const over = set(SOP_MESSAGE, { state: 'over' })
  const messages = await tx.run(sql`UPDATE ${SOP_MESSAGE} SET ${over} WHERE ${SOP_MESSAGE.state} = 'waiting'`)
  return { left: entries.length, messages, looks: await holdLooks(tx, sops, untilMs) }
}

async function holdLooks(tx: Tx, sops: RuleBook['sops'], untilMs: number): Promise<number> {
  const scans = new Map([...sops.values()].flatMap(scansOf).map((scan) => [scan.key, scan]))
  let held = 0
  for (const row of await schedule.all(tx)) {
    const scan = scans.get(row.scan_key)
    const isDue = row.running_at !== null || (row.next_at !== null && row.next_at <= untilMs)
    if (scan === undefined || !isDue) continue
    held += 1
    const place = { running_at: null, after_id: null, found: 0, entered: 0 }
    // Whoever came into an audience since the copy was made was let in then.
    const next = scan.edge === undefined ? { next_at: scan.times.nextAfter(untilMs) ?? null } : { baseline: 1 }
    await schedule.save(tx, { ...row, ...place, ...next })
  }
  return held
}
