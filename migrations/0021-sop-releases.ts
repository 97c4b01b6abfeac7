import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, longText, nullable, text, withDefault } from './frozen/columns.ts'
import { addColumns, addIndex, createTable, dropColumns, dropIndex, dropTables } from './frozen/table.ts'

const ENTRY_INDEX = ['sop', 'version', 'state']
const SPLIT_INDEX = ['experiment', 'external_userid', 'id']

/** Which version of a journey new entrants get and who decided so; what came of each entry, for comparisons; and how far
 *  the evidence of each comparison ever went. */
export class SopReleases1700000000021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'sop_release',
      columns: [
        id(),
        text('sop', 40),
        integer('seq'),
        text('what', 12),
        text('version', 12),
        nullable(text('stable', 12)),
        nullable(text('canary', 12)),
        nullable(instant('canary_since')),
        text('file_version', 12),
        nullable(longText('rollout')),
        text('inside', 10),
        instant('at'),
        nullable(text('by_whom', 100)),
        text('by_source', 12),
        nullable(longText('note')),
        nullable(instant('moved_at')),
      ],
      unique: [['sop', 'seq']],
    })
    await addColumns(runner, 'sop_entry', [
      nullable(instant('goal_at')),
      nullable(instant('lost_at')),
      withDefault(integer('seen_release'), 0),
    ])
    await runner.query(`UPDATE sop_entry SET goal_at = ended_at WHERE state = 'goal'`)
    await addIndex(runner, 'sop_entry', ENTRY_INDEX)
    await addIndex(runner, 'sop_split', SPLIT_INDEX)
    await createTable(runner, {
      name: 'sop_look',
      columns: [
        id(),
        text('comparison', 190),
        integer('looks'),
        integer('most_evidence'),
        nullable(instant('proven_at')),
        instant('first_at'),
        instant('last_at'),
      ],
      unique: [['comparison']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['sop_look'])
    await dropIndex(runner, 'sop_split', SPLIT_INDEX)
    await dropIndex(runner, 'sop_entry', ENTRY_INDEX)
    await dropColumns(runner, 'sop_entry', ['goal_at', 'lost_at', 'seen_release'])
    await dropTables(runner, ['sop_release'])
  }
}
