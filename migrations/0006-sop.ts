import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, longText, nullable, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Journeys: who is where in which version of which SOP, what was done at each step, and how far each daily run came. */
export class Sop1700000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'sop_entry',
      columns: [
        id(),
        text('sop', 40),
        text('version', 20),
        text('external_userid'),
        text('userid'),
        text('entry_key', 190),
        text('state', 12),
        text('position', 60),
        nullable(instant('due_at')),
        nullable(text('waiting_event', 30)),
        nullable(integer('event_id')),
        nullable(longText('event')),
        nullable(longText('facts')),
        instant('entered_at'),
        nullable(instant('ended_at')),
        nullable(longText('end_reason')),
        withDefault(integer('attempts'), 0),
        nullable(longText('last_error')),
      ],
      unique: [['entry_key']],
      indices: [
        ['state', 'due_at', 'id'],
        ['external_userid', 'state'],
        ['sop', 'external_userid', 'id'],
      ],
    })
    await createTable(runner, {
      name: 'sop_step',
      columns: [
        id(),
        integer('entry_id'),
        text('position', 60),
        text('kind', 12),
        instant('at'),
        longText('outcome'),
        nullable(longText('reason')),
      ],
      unique: [['entry_id', 'position']],
    })
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
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['sop_daily', 'sop_step', 'sop_entry'])
  }
}
