import type { MigrationInterface, QueryRunner } from 'typeorm'
import { addIndex, dropIndex } from './frozen/table.ts'

/** By which name a send has drawn so far. `DISTINCT`: MariaDB would else read the table that it writes. */
const FIRST_RENAMED = `SELECT DISTINCT r.send_name, r.drawn_as FROM send_run r
  JOIN (SELECT MIN(q.id) AS id FROM send_run q WHERE q.drawn_as IS NOT NULL GROUP BY q.send_name) m ON m.id = r.id`

/** Each run of a send carries by which name its hold-out is drawn, so that a rename has nothing to find out: not even one that the
 *  release before carries out while both run. What messages of journeys ask for draws nobody. */
export class DrawsOfEachSend1700000000178 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `UPDATE send_run SET drawn_as = COALESCE(
         (SELECT f.drawn_as FROM (${FIRST_RENAMED}) f WHERE f.send_name = send_run.send_name), send_name)
       WHERE drawn_as IS NULL AND ask_key IS NULL`,
    )
    await addIndex(runner, 'send_run', ['drawn_as'])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndex(runner, 'send_run', ['drawn_as'])
  }
}
