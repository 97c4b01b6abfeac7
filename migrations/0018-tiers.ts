import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, longText, nullable, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Where each customer stands on each ladder, how it came to that, and how far the nightly look at everybody is. */
export class Tiers1700000000018 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'customer_tier',
      columns: [
        id(),
        text('external_userid'),
        text('ladder', 40),
        // 梯子/级
        text('path', 61),
        instant('since'),
        // The cool-off counts from here; NULL: free to move.
        nullable(instant('held_from')),
        nullable(instant('entitled_until')),
        text('version', 12),
        longText('reason'),
      ],
      unique: [['external_userid', 'ladder']],
      indices: [['path', 'external_userid']],
    })
    await createTable(runner, {
      name: 'tier_move',
      columns: [
        id(),
        // What makes a wish the same wish when it comes twice; moves by rule have none.
        nullable(text('move_key', 190)),
        text('external_userid'),
        text('ladder', 40),
        // NULL: was on no level before. The same as to_level: was told to stay.
        nullable(text('from_level', 20)),
        text('to_level', 20),
        text('moved_by', 12),
        text('version', 12),
        longText('reason'),
        instant('moved_at'),
      ],
      unique: [['move_key']],
      indices: [['external_userid', 'ladder', 'id']],
    })
    await createTable(runner, {
      name: 'tier_run',
      columns: [id(), text('ladder', 40), instant('due_at'), text('after_userid')],
      unique: [['ladder']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['tier_run', 'tier_move', 'customer_tier'])
  }
}
