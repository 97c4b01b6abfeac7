import type { MigrationInterface, QueryRunner } from 'typeorm'

/** It did not come, and will not: that step is still to be had. */
const NOT_HAD = "('excluded', 'not-friend', 'over-limit', 'failed', 'cancelled')"
/** Only the steps of a group SOP ask for the day that a group is on. */
const IS_STEP = `r.chat_type = 'group' AND r.send_name LIKE '%·%'
  AND (r.rule_json LIKE '%group.daysOld%' OR r.rule_json LIKE '%group.daysInPool%')`
/** More were only counted, not named. */
const NAMED = 3
const PAGE = 500

interface Duty {
  id: number
  duty_name: string
  opened_at: number | string
  group_names: string
}

/** What groups have had of their SOPs before it was written down (0154) is written down: the sends of each group by their runs, and
 *  the to-dos as far as they name their groups. Of a to-do for more than three groups nothing says which they were, and which tags
 *  were put on by a step stands in the tags themselves. */
export class StepsGivenBefore1700000000155 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The latest counts: where days count from the pool, what was before it is over.
    await runner.query(
      `INSERT INTO group_step (step, chat_id, given_at, run_id)
       SELECT r.send_name, g.chat_id, r.scheduled_at, r.id FROM send_group g JOIN send_run r ON r.id = g.run_id
       WHERE ${IS_STEP} AND g.outcome NOT IN ${NOT_HAD}
         AND NOT EXISTS (SELECT 1 FROM group_step s WHERE s.step = r.send_name AND s.chat_id = g.chat_id)
         AND NOT EXISTS (SELECT 1 FROM send_group h JOIN send_run q ON q.id = h.run_id
                         WHERE q.send_name = r.send_name AND h.chat_id = g.chat_id AND h.outcome NOT IN ${NOT_HAD}
                           AND (q.scheduled_at > r.scheduled_at OR (q.scheduled_at = r.scheduled_at AND q.id > r.id)))`,
    )
    for (let after = 0; ; ) {
      const duties: Duty[] = await runner.query(
        `SELECT id, duty_name, opened_at, group_names FROM duty
         WHERE id > ${after} AND duty_name LIKE '%·%' AND group_count BETWEEN 1 AND ${NAMED} ORDER BY id LIMIT ${PAGE}`,
      )
      for (const duty of duties) await ofDuty(runner, duty)
      const last = duties.at(-1)
      if (last === undefined) return
      after = last.id
    }
  }

  async down(): Promise<void> {
    // They go with their table.
  }
}

async function ofDuty(runner: QueryRunner, { duty_name, opened_at, group_names }: Duty): Promise<void> {
  for (const [, name = ''] of group_names.matchAll(/「([^「」]*)」/g)) {
    const groups: { chat_id: string }[] = await runner.query('SELECT chat_id FROM chat_group WHERE name = ?', [name])
    const [group] = groups
    // Of two of one name nobody knows which it was.
    if (group === undefined || groups.length > 1) continue
    const known = [duty_name, group.chat_id]
    const had: unknown[] = await runner.query('SELECT id FROM group_step WHERE step = ? AND chat_id = ?', known)
    if (had.length > 0) continue
    await runner.query('INSERT INTO group_step (step, chat_id, given_at) VALUES (?, ?, ?)', [
      ...known,
      Number(opened_at),
    ])
  }
}
