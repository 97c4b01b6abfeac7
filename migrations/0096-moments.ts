import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, longText, nullable, primary, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Moments of the corp: when they are due, each one that was asked for, and who published it. */
export class Moments1700000000096 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'moment_schedule',
      columns: [primary(text('send_name', 60)), text('timing', 120), nullable(instant('next_at'))],
      indices: [['next_at']],
    })
    await createTable(runner, {
      name: 'moment_run',
      columns: [
        id(),
        text('moment_name', 60),
        instant('scheduled_at'),
        text('rule_version', 12),
        longText('rule_json'),
        text('state', 12),
        instant('planned_at'),
        nullable(instant('approved_at')),
        nullable(text('approved_by', 100)),
        nullable(instant('started_at')),
        nullable(text('jobid', 120)),
        nullable(text('moment_id', 120)),
        nullable(instant('created_at')),
        nullable(instant('poll_at')),
        nullable(instant('finished_at')),
        nullable(longText('remark')),
      ],
      unique: [['moment_name', 'scheduled_at'], ['moment_id']],
      indices: [['state', 'id'], ['poll_at']],
    })
    await createTable(runner, {
      name: 'moment_sender',
      columns: [
        id(),
        integer('run_id'),
        text('userid'),
        nullable(instant('published_at')),
        nullable(instant('poll_at')),
        withDefault(integer('polls'), 0),
        withDefault(integer('shown'), 0),
        withDefault(integer('likes'), 0),
        withDefault(integer('comments'), 0),
      ],
      unique: [['run_id', 'userid']],
      indices: [['poll_at']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['moment_sender', 'moment_run', 'moment_schedule'])
  }
}
