import { eachChunk } from '../../core/db/each-chunk.ts'
import { all, list, number, pick, select, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { ONCE } from '../../rules/campaigns/times-of-campaign.ts'
import { MOMENT_SCHEDULE } from '../mass-send/send-tables.ts'
import { type MomentSnapshot, snapshotOf } from './moment-run.ts'
import type { MomentState } from './moment-states.ts'
import { MOMENT_RUN, MOMENT_SENDER, type MomentRunRow } from './moment-tables.ts'

export interface MomentRun {
  id: number
  name: string
  /** UTC milliseconds. */
  scheduledAtMs: number
  state: MomentState
  version: string
  snapshot: MomentSnapshot
  remark: string | undefined
  approved: { by: string; atMs: number } | undefined
  figures: MomentFigures
}

export interface MomentFigures {
  /** Guides who are asked; of those who have published it. */
  asked: number
  published: number
  /** Customers to whom it was shown: a friend of two guides twice. */
  shown: number
  /** By customers. */
  likes: number
  comments: number
}

const NOTHING: MomentFigures = { asked: 0, published: 0, shown: 0, likes: 0, comments: 0 }

const toRun = (row: MomentRunRow, figures: MomentFigures | undefined): MomentRun => ({
  id: row.id,
  name: row.moment_name,
  scheduledAtMs: row.scheduled_at,
  state: row.state,
  version: row.rule_version,
  snapshot: snapshotOf(row),
  remark: row.remark ?? undefined,
  approved:
    row.approved_at === null || row.approved_by === null ? undefined : { by: row.approved_by, atMs: row.approved_at },
  figures: figures ?? NOTHING,
})

async function withFigures(tx: ReadTx, rows: MomentRunRow[]): Promise<MomentRun[]> {
  if (rows.length === 0) return []
  const m = MOMENT_SENDER
  const figures = select({
    runId: m.run_id,
    asked: number(sql`COUNT(*)`),
    published: number(sql`COUNT(${m.published_at})`),
    shown: number(sql`SUM(${m.shown})`),
    likes: number(sql`SUM(${m.likes})`),
    comments: number(sql`SUM(${m.comments})`),
  })
  const ids = rows.map((row) => row.id)
  const found = await tx.rows(sql`SELECT ${figures} FROM ${m} WHERE ${m.run_id} IN ${list(ids)} GROUP BY ${m.run_id}`)
  const byRun = new Map(found.map(({ runId, ...own }) => [runId, own]))
  return rows.map((row) => toRun(row, byRun.get(row.id)))
}

/** Steps of campaigns that have come, or are about to, and when, UTC milliseconds: wherever their campaign is moved, they do not come
 *  again. Reads only. */
export async function momentsOut(tx: ReadTx): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.rows(
    sql`SELECT ${pick(MOMENT_RUN, 'moment_name', 'scheduled_at')} FROM ${MOMENT_RUN} WHERE ${MOMENT_RUN.occasion} = ${ONCE}`,
  )
  return new Map(rows.map((row) => [row.moment_name, row.scheduled_at]))
}

export const momentQueries = {
  /** Newest first. `limit` default 20. */
  runs: async (tx: ReadTx, { limit = 20 }: { limit?: number } = {}): Promise<MomentRun[]> =>
    withFigures(
      tx,
      await tx.rows(
        sql`SELECT ${all(MOMENT_RUN)} FROM ${MOMENT_RUN}
            ORDER BY ${MOMENT_RUN.scheduled_at} DESC, ${MOMENT_RUN.id} DESC LIMIT ${limit}`,
      ),
    ),
  /** Those of these moments that were not missed, newest first; as a report wants them. */
  runsOf: async (tx: ReadTx, names: readonly string[]) => {
    const rows = await tx.rows(
      sql`SELECT ${all(MOMENT_RUN)} FROM ${MOMENT_RUN} WHERE ${MOMENT_RUN.moment_name} IN ${list(names)}
            AND ${MOMENT_RUN.state} NOT IN ('missed', 'cancelled') ORDER BY ${MOMENT_RUN.scheduled_at} DESC, ${MOMENT_RUN.id} DESC`,
    )
    return (await withFigures(tx, rows)).map(({ figures, ...run }) => ({
      ...{ id: run.id, name: run.name, scheduledAtMs: run.scheduledAtMs },
      ...{ isOver: run.state === 'finished' || run.state === 'failed' },
      ...{ asked: figures.asked, published: figures.published, shown: figures.shown },
    }))
  },
  /** What runs are called and when they were due. */
  named: async (tx: ReadTx, runIds: readonly number[]) =>
    (
      await eachChunk(runIds, (part) =>
        tx.rows(
          sql`SELECT ${pick(MOMENT_RUN, 'id', 'moment_name', 'scheduled_at')} FROM ${MOMENT_RUN}
              WHERE ${MOMENT_RUN.id} IN ${list(part)}`,
        ),
      )
    ).map((row) => ({ id: row.id, name: row.moment_name, atMs: row.scheduled_at })),
  run: async (tx: ReadTx, runId: number): Promise<MomentRun | undefined> =>
    (
      await withFigures(
        tx,
        await tx.rows(sql`SELECT ${all(MOMENT_RUN)} FROM ${MOMENT_RUN} WHERE ${MOMENT_RUN.id} = ${runId}`),
      )
    )[0],
  /** Each guide of a run, those who published it first. */
  senders: (tx: Tx, runId: number) => {
    const { userid: userId, published_at: publishedAtMs, shown, likes, comments } = MOMENT_SENDER
    return tx.rows(
      sql`SELECT ${select({ userId, publishedAtMs, shown, likes, comments })} FROM ${MOMENT_SENDER}
          WHERE ${MOMENT_SENDER.run_id} = ${runId} ORDER BY ${publishedAtMs} IS NULL, ${shown} DESC, ${userId}`,
    )
  },
  /** When each is next due; undefined: not again, like a step of a campaign that is out and was moved afterwards. */
  nextTimes: async (tx: ReadTx): Promise<Map<string, number | undefined>> => {
    const out = await momentsOut(tx)
    const rows = await tx.rows(sql`SELECT ${pick(MOMENT_SCHEDULE, 'send_name', 'next_at')} FROM ${MOMENT_SCHEDULE}`)
    return new Map(
      rows.map(({ send_name: name, next_at }) => [name, out.has(name) ? undefined : (next_at ?? undefined)]),
    )
  },
}
