import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, id, instant, integer, text, withDefault } from './frozen/columns.ts'
import { addColumns, createTable, dropColumns, dropTables } from './frozen/table.ts'

/** Who of those in a journey is only watched, who came in by a canary, and which arm of which experiment each drew. */
export class SopShares1700000000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'sop_entry', [withDefault(flag('held_out'), 0), withDefault(flag('canary'), 0)])
    await createTable(runner, {
      name: 'sop_split',
      columns: [
        id(),
        integer('entry_id'),
        text('position', 60),
        text('sop', 40),
        text('version', 20),
        text('experiment', 40),
        text('arm', 20),
        text('external_userid'),
        text('userid'),
        instant('at'),
      ],
      unique: [['entry_id', 'position']],
      indices: [['experiment', 'arm', 'at']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['sop_split'])
    await dropColumns(runner, 'sop_entry', ['held_out', 'canary'])
  }
}
