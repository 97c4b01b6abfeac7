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

/** So many pieces of each half, by runs and by groups: none of them is long, and who takes over after a crash loses one. */
const PIECES = 8
const BETWEEN = '」「'

/** The first of names that stand one behind the other, and the rest; `names`: an expression without the outer brackets. */
const firstIn = (names: string): string =>
  `CASE WHEN INSTR(${names}, '${BETWEEN}') = 0 THEN ${names} ELSE SUBSTR(${names}, 1, INSTR(${names}, '${BETWEEN}') - 1) END`
const behindFirst = (names: string): string =>
  `CASE WHEN INSTR(${names}, '${BETWEEN}') = 0 THEN '' ELSE SUBSTR(${names}, INSTR(${names}, '${BETWEEN}') + ${BETWEEN.length}) END`

/** What groups have had of their SOPs before it was written down (0154) is written down: the sends of each group by their runs, and
 *  the to-dos as far as they name the groups. Of a to-do for more than three groups nothing says which they were; which tags a step
 *  has put on stands in the tags themselves. */
export class StepsGivenBefore1700000000155 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const isMysql = runner.connection.options.type === 'mysql'
    // As a key of the table that is made of them, which long texts are not.
    const asKey = (text: string): string =>
      isMysql ? `CAST(${text} AS CHAR(190)) COLLATE utf8mb4_bin` : `CAST(${text} AS TEXT)`
    const inner = `SUBSTR(d.group_names, 2, ${isMysql ? 'CHAR_LENGTH' : 'LENGTH'}(d.group_names) - 2)`
    const named = [inner, behindFirst(inner), behindFirst(behindFirst(inner))]
      .map(
        (names) => `SELECT d.duty_name, d.opened_at, ${asKey(firstIn(names))} AS name FROM duty d
          WHERE d.duty_name LIKE '%·%' AND d.group_count BETWEEN 1 AND ${NAMED} AND ${WAS_ASKED}`,
      )
      .join(' UNION ALL ')
    const lastLetter = `${isMysql ? 'ORD' : 'UNICODE'}(SUBSTR(c.chat_id, -1))`
    for (let piece = 0; piece < PIECES; piece++) await ofSends(runner, `r.id % ${PIECES} = ${piece}`)
    for (let piece = 0; piece < PIECES; piece++)
      await ofDuties(runner, { named, key: asKey('x.name'), isOfPiece: `${lastLetter} % ${PIECES} = ${piece}` })
  }

  async down(): Promise<void> {
    // They go with their table.
  }
}

/** The latest counts: where days count from the pool, what was before it is over. */
const ofSends = (runner: QueryRunner, isOfPiece: string): Promise<unknown> =>
  runner.query(
    `INSERT INTO group_step (step, chat_id, given_at, run_id)
     SELECT r.send_name, g.chat_id, r.scheduled_at, r.id FROM send_group g JOIN send_run r ON r.id = g.run_id
     WHERE ${isOfPiece} AND ${IS_STEP} AND g.outcome NOT IN ${NOT_HAD}
       AND NOT EXISTS (SELECT 1 FROM group_step s WHERE s.step = r.send_name AND s.chat_id = g.chat_id)
       AND NOT EXISTS (SELECT 1 FROM send_group h JOIN send_run q ON q.id = h.run_id
                       WHERE q.send_name = r.send_name AND h.chat_id = g.chat_id AND h.outcome NOT IN ${NOT_HAD}
                         AND (q.scheduled_at > r.scheduled_at OR (q.scheduled_at = r.scheduled_at AND q.id > r.id)))`,
  )

/** As they were called: whoever owns them today. Of two of one name nobody knows which it was. */
const ofDuties = (
  runner: QueryRunner,
  { named, key, isOfPiece }: { named: string; key: string; isOfPiece: string },
): Promise<unknown> =>
  runner.query(
    `INSERT INTO group_step (step, chat_id, given_at)
     SELECT d.duty_name, c.chat_id, MAX(d.opened_at) FROM (${named}) d
     JOIN (SELECT ${key} AS name, MIN(x.chat_id) AS chat_id FROM chat_group x WHERE x.name <> ''
           GROUP BY ${key} HAVING COUNT(*) = 1) c ON c.name = d.name
     WHERE ${isOfPiece} AND NOT EXISTS (SELECT 1 FROM group_step s WHERE s.step = d.duty_name AND s.chat_id = c.chat_id)
     GROUP BY d.duty_name, c.chat_id`,
  )
