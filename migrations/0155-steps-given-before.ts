import type { MigrationInterface, QueryRunner } from 'typeorm'

/** It did not come, and will not: that step is still to be had. */
const NOT_HAD = "('excluded', 'not-friend', 'over-limit', 'failed', 'cancelled')"
/** Only the steps of a group SOP ask for the day that a group is on. */
const IS_STEP = `r.chat_type = 'group' AND r.send_name LIKE '%·%'
  AND (r.rule_json LIKE '%group.daysOld%' OR r.rule_json LIKE '%group.daysInPool%')`
/** More were only counted, not named. */
const NAMED = 3
/** Nobody had it who could have done it: its rule was taken away, or no day had room. */
const WAS_ASKED = `d.duty_key NOT LIKE 'dropped:%' AND (d.state <> 'dropped' OR d.outcome IS NULL OR d.outcome NOT IN
  ('规则里已经没有这一项，不用做了', '当天的待办满了，没有排进去，时间已经过了'))`

/** What groups have had of their SOPs before it was written down (0154) is written down: the sends of each group by their runs, and
 *  the to-dos as far as they name the groups. Of a to-do for more than three groups nothing says which they were; which tags a step
 *  has put on stands in the tags themselves. */
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
    // As they were called: whoever owns them today. Of two of one name nobody knows which it was.
    await runner.query(
      `INSERT INTO group_step (step, chat_id, given_at)
       SELECT d.duty_name, c.chat_id, MAX(d.opened_at) FROM duty d
       JOIN chat_group c ON INSTR(d.group_names, REPLACE('「*」', '*', c.name)) > 0
       WHERE d.duty_name LIKE '%·%' AND d.group_count BETWEEN 1 AND ${NAMED} AND c.name <> '' AND ${WAS_ASKED}
         AND NOT EXISTS (SELECT 1 FROM chat_group x WHERE x.name = c.name AND x.chat_id <> c.chat_id)
         AND NOT EXISTS (SELECT 1 FROM group_step s WHERE s.step = d.duty_name AND s.chat_id = c.chat_id)
       GROUP BY d.duty_name, c.chat_id`,
    )
  }

  async down(): Promise<void> {
    // They go with their table.
  }
}
