import { eachChunk } from '../../core/db/each-chunk.ts'
import { all, list, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import type { GroupSopRule } from '../../rules/schema/group-sop-rule.ts'
import type { Group } from './group-queries.ts'
import { GROUP_STEP } from './group-tables.ts'

const t = GROUP_STEP

/** A step that a group has had. */
export interface GivenStep {
  id: number
  chatId: string
  /** UTC milliseconds. */
  givenAtMs: number
  /** The run that brings it; undefined: it is no send. */
  runId: number | undefined
  /** It counts no more: the group has come into the pool since, or nothing came of the run. It is to be had anew. */
  isOver: boolean
}

interface Claim {
  /** 群 SOP·步骤 */
  step: string
  chatIds: readonly string[]
  /** UTC milliseconds. */
  atMs: number
  runId?: number
  seen: readonly GivenStep[]
}

/** Is a step of this time for the group at all? Where days count from the pool it is not for one that came into it later, which a
 *  server that is late may find there. */
export const isForGroup = (
  { poolSinceMs }: Pick<Group, 'poolSinceMs'>,
  once: GroupSopRule['from'] | undefined,
  atMs: number,
): boolean => once !== 'pool' || (poolSinceMs ?? 0) <= atMs

/** What these groups have had of this step; it counts for ever or, where days count from the pool, since they came into it. */
async function given(
  tx: ReadTx,
  step: string,
  groups: readonly Pick<Group, 'chatId' | 'poolSinceMs'>[],
  once: GroupSopRule['from'],
): Promise<GivenStep[]> {
  const sinceOf = new Map(groups.map(({ chatId, poolSinceMs }) => [chatId, poolSinceMs]))
  return (await known(tx, step, [...sinceOf.keys()])).map((one) => ({
    ...one,
    isOver: once === 'pool' && one.givenAtMs < (sinceOf.get(one.chatId) ?? 0),
  }))
}

async function known(tx: ReadTx, step: string, chatIds: readonly string[]): Promise<Omit<GivenStep, 'isOver'>[]> {
  const rows = await eachChunk([...chatIds], (part) =>
    tx.rows(sql`SELECT ${all(t)} FROM ${t} WHERE ${t.step} = ${step} AND ${t.chat_id} IN ${list(part)}`),
  )
  return rows.map((row) => ({
    id: row.id,
    chatId: row.chat_id,
    givenAtMs: row.given_at,
    runId: row.run_id ?? undefined,
  }))
}

/** Writes down that these groups get the step now, by the run if it is a send; gives those that do, whoever else asks at the same time.
 *  `seen`: what some of them have had, as `given` says in this transaction. What is over makes room, by its id: what somebody else
 *  has written down since then stays. */
async function claim(tx: Tx, { step, chatIds, atMs, runId, seen }: Claim): Promise<ReadonlySet<string>> {
  const asked = new Set(chatIds)
  const over = seen.filter(({ isOver, chatId }) => isOver && asked.has(chatId))
  await eachChunk(over, async (part) => [
    await tx.run(sql`DELETE FROM ${t} WHERE ${t.id} IN ${list(part.map(({ id }) => id))}`),
  ])
  const had = new Set(seen.flatMap(({ isOver, chatId }) => (isOver ? [] : [chatId])))
  const wanted = chatIds.filter((chatId) => !had.has(chatId))
  const row = { step, given_at: atMs, run_id: runId ?? null }
  const fresh = await tx.insertIgnore(
    t,
    wanted.map((chatId) => ({ ...row, chat_id: chatId })),
  )
  if (fresh === wanted.length) return new Set(wanted)
  const rows = await known(tx, step, wanted)
  return new Set(rows.filter((one) => one.runId === runId && one.givenAtMs === atMs).map(({ chatId }) => chatId))
}

/** What these groups were given at that time, by no run, came to nothing: they are still to have it. Safe to repeat. */
async function giveBack(tx: Tx, { step, chatIds, atMs }: Pick<Claim, 'step' | 'chatIds' | 'atMs'>): Promise<void> {
  await eachChunk([...chatIds], async (part) => [
    await tx.run(
      sql`DELETE FROM ${t} WHERE ${t.step} = ${step} AND ${t.chat_id} IN ${list(part)} AND ${t.given_at} = ${atMs}
            AND ${t.run_id} IS NULL`,
    ),
  ])
}

export const groupSteps = { given, claim, giveBack }
export type GroupSteps = typeof groupSteps
