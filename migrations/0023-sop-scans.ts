import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, id, instant, integer, nullable, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** When each journey next looks for customers and how far a look has come, what came of each, and who is in the audiences
 *  that are watched. Takes the place of sop_daily. */
export class SopScans1700000000023 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'sop_schedule',
      columns: [
        id(),
        text('scan_key', 60),
        text('timing', 20),
        nullable(instant('next_at')),
        nullable(instant('running_at')),
        nullable(text('after_id', 64)),
        withDefault(flag('baseline'), 0),
        withDefault(integer('found'), 0),
        withDefault(integer('entered'), 0),
      ],
      unique: [['scan_key']],
    })
    await createTable(runner, {
      name: 'sop_occurrence',
      columns: [
        id(),
        text('scan_key', 60),
        instant('at'),
        text('state', 12),
        withDefault(integer('found'), 0),
        withDefault(integer('entered'), 0),
        instant('started_at'),
        nullable(instant('finished_at')),
      ],
      unique: [['scan_key', 'at']],
    })
    await createTable(runner, {
      name: 'sop_member',
      columns: [id(), text('scan_key', 60), text('external_userid')],
      unique: [['scan_key', 'external_userid']],
    })
    await dropTables(runner, ['sop_daily'])
    await runner.query(`DELETE FROM job_run WHERE name = 'sop.daily'`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'sop_daily',
      columns: [
        id(),
        text('sop', 40),
        text('day', 10),
        text('state', 12),
        nullable(text('after_id', 64)),
        withDefault(integer('entered'), 0),
        instant('started_at'),
        nullable(instant('finished_at')),
      ],
      unique: [['sop', 'day']],
    })
    await dropTables(runner, ['sop_member', 'sop_occurrence', 'sop_schedule'])
  }
}
