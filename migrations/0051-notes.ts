import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, longText, nullable, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** What guides write down about customers. */
export class Notes1700000000051 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'customer_note',
      columns: [
        id(),
        text('note_key', 190),
        text('external_userid'),
        text('userid'),
        longText('body'),
        instant('at'),
        nullable(instant('pinned_at')),
        nullable(instant('removed_at')),
      ],
      unique: [['note_key']],
      indices: [['external_userid', 'at', 'id']],
    })
  }

  down(runner: QueryRunner): Promise<void> {
    return dropTables(runner, ['customer_note'])
  }
}
