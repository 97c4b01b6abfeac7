import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Per guide and Shanghai day: customers who deleted the guide, by WeCom's statistics and by the callbacks we got. */
export class FeedbackDays1700000000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'feedback_day',
      columns: [id(), text('userid'), instant('day_at'), integer('at_wecom'), integer('heard'), instant('compared_at')],
      unique: [['userid', 'day_at']],
      indices: [['day_at']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['feedback_day'])
  }
}
