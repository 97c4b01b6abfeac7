import { alias } from '../../core/db/define-table.ts'
import { list, number, pick, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import type { Choice } from './choice.ts'
import { type RunRow, SEND_BATCH, SEND_SENDER } from './send-tables.ts'
import { WECOM_CHOOSES } from './wecom-chooses.ts'

export interface DealOutDeps {
  /** How many friends each of these guides has: so many customers may come. */
  friendCounts(tx: Tx, userIds: readonly string[]): Promise<Map<string, number>>
}

interface Task {
  id: number
  /** Customers in it. */
  size: number
  /** Kept for the customers of its guides, those to come included. */
  room: number
}

const b = alias(SEND_BATCH, 'b')
const q = alias(SEND_SENDER, 'q')

/** Fills the tasks of a run for which no sender is named, up to `most` customers each. The customers of one guide come into one task as far
 *  as room goes, in whatever order pages bring them, so that the guide is asked once: for who is expected first a place is kept for each of
 *  their friends. Gives the batch of each who was chosen. */
export async function dealOut(
  tx: Tx,
  { friendCounts }: DealOutDeps,
  run: Pick<RunRow, 'id' | 'chat_type'>,
  choices: readonly Choice[],
  most: number,
): Promise<Map<string, number>> {
  const chosen = choices.filter((choice) => choice.excluded === undefined)
  const assigned = new Map<string, number>()
  for (const [variant, own] of groupBy(chosen, ({ variant = null }) => variant)) {
    const byGuide = groupBy(own, ({ userId = '' }) => userId)
    const tasks = await openTasks(tx, run, variant, [...byGuide.keys()])
    const friends = await friendCounts(
      tx,
      [...byGuide.keys()].filter((guide) => !tasks.of.has(guide)),
    )
    for (const [guide, theirs] of byGuide) {
      for (let rest = theirs.map(({ id }) => id); rest.length > 0; ) {
        const task = await tasks.roomFor(guide, Math.max(friends.get(guide) ?? 0, rest.length))
        for (const id of rest.slice(0, most - task.size)) assigned.set(id, task.id)
        const part = rest.length
        rest = rest.slice(most - task.size)
        task.size += part - rest.length
      }
    }
    await tasks.write()
  }
  return assigned

  /** The tasks of a version as they stand, of which the newest takes those guides in who have none yet. */
  async function openTasks(on: Tx, { id: runId, chat_type }: typeof run, variant: string | null, guides: string[]) {
    const all = await on.rows(
      sql`SELECT ${pick(SEND_BATCH, 'id', 'chunk', 'size', 'variant')} FROM ${SEND_BATCH}
          WHERE ${SEND_BATCH.run_id} = ${runId} AND ${SEND_BATCH.userid} = ${WECOM_CHOOSES} ORDER BY ${SEND_BATCH.chunk}`,
    )
    const known = new Map(
      all.flatMap((row) => (row.variant === variant ? [[row.id, { ...row, room: 0 }] as const] : [])),
    )
    let [newest]: (Task | undefined)[] = [...known.values()].slice(-1)
    if (newest !== undefined) newest.room = await roomIn(on, newest.id)
    let chunk = all.at(-1)?.chunk ?? 0
    const of = new Map<string, Task>()
    for (const { userid, batchId } of await placesOf(on, runId, guides)) {
      const task = known.get(batchId)
      if (task !== undefined) of.set(userid, task)
    }
    const touched = new Set<Task>(of.values())
    const fresh: { batch_id: number; userid: string; expected: 1; room: number }[] = []
    return {
      of,
      roomFor: async (guide: string, many: number): Promise<Task> => {
        const own = of.get(guide)
        if (own !== undefined && own.size < most) return own
        const need = Math.min(many, most)
        if (newest === undefined || newest.size >= most || newest.room + need > most) {
          chunk += 1
          const made = {
            run_id: runId,
            chat_type,
            userid: WECOM_CHOOSES,
            chunk,
            variant,
            size: 0,
            state: 'planned' as const,
          }
          newest = { id: await on.insert(SEND_BATCH, made), size: 0, room: 0 }
        }
        newest.room += need
        fresh.push({ batch_id: newest.id, userid: guide, expected: 1, room: need })
        of.set(guide, newest)
        touched.add(newest)
        return newest
      },
      write: async (): Promise<void> => {
        await on.insertIgnore(SEND_SENDER, fresh)
        for (const { id, size } of touched)
          await on.run(sql`UPDATE ${SEND_BATCH} SET ${SEND_BATCH.size} = ${size} WHERE ${SEND_BATCH.id} = ${id}`)
      },
    }
  }
}

/** In which tasks of a run these guides are, the latest last. */
const placesOf = (tx: Tx, runId: number, guides: readonly string[]): Promise<{ userid: string; batchId: number }[]> =>
  tx.rows(
    sql`SELECT ${select({ userid: q.userid, batchId: q.batch_id })} FROM ${b} JOIN ${q} ON ${q.batch_id} = ${b.id}
        WHERE ${b.run_id} = ${runId} AND ${b.userid} = ${WECOM_CHOOSES} AND ${q.userid} IN ${list(guides)} ORDER BY ${b.chunk}`,
  )

async function roomIn(tx: Tx, batchId: number): Promise<number> {
  const row = await tx.row(
    sql`SELECT ${select({ room: number(sql`COALESCE(SUM(${q.room}), 0)`) })} FROM ${q} WHERE ${q.batch_id} = ${batchId}`,
  )
  return row?.room ?? 0
}
