import { alias } from '../../core/db/define-table.ts'
import { eachChunk } from '../../core/db/each-chunk.ts'
import { list, pick, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import type { Group } from '../../records/groups/group-queries.ts'
import type { GivenStep, GroupSteps } from '../../records/groups/group-steps.ts'
import type { SendSnapshot } from './send-run.ts'
import type { Outcome } from './send-states.ts'
import { SEND_GROUP } from './send-tables.ts'

const g = alias(SEND_GROUP, 'g')

/** It did not come, and will not: the step is still to be had. */
const NOT_HAD: readonly Outcome[] = ['excluded', 'not-friend', 'over-limit', 'failed', 'cancelled']

/** Which of these groups have had this step of their group SOP, or have it before them; nothing for any other send. Where
 *  nothing came in the end (cancelled, refused) it is over; who was asked and has not said yes has had it. */
export async function stepsHad(
  tx: ReadTx,
  steps: Pick<GroupSteps, 'given'>,
  { name, once }: { name: string } & Pick<SendSnapshot, 'once'>,
  groups: readonly Pick<Group, 'chatId' | 'poolSinceMs'>[],
): Promise<GivenStep[]> {
  if (once === undefined || groups.length === 0) return []
  const given = await steps.given(tx, name, groups, once)
  const runs = [...new Set(given.flatMap(({ runId }) => runId ?? []))]
  const chatIds = given.map(({ chatId }) => chatId)
  if (runs.length === 0) return given
  const lost = await eachChunk(chatIds, (part) =>
    tx.rows(
      sql`SELECT ${pick(g, 'run_id', 'chat_id')} FROM ${g}
          WHERE ${g.run_id} IN ${list(runs)} AND ${g.chat_id} IN ${list(part)} AND ${g.outcome} IN ${list(NOT_HAD)}`,
    ),
  )
  const isLost = new Set(lost.map((row) => `${row.run_id} ${row.chat_id}`))
  return given.map((one) => ({ ...one, isOver: one.isOver || isLost.has(`${one.runId} ${one.chatId}`) }))
}
