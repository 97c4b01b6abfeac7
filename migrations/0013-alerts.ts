import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, longText, nullable, primary, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** What needs a person's hand, and the welcome codes that wait behind another of the same friendship. */
export class Alerts1700000000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'alert',
      columns: [
        primary(text('alert_key', 190)),
        instant('since'),
        longText('body'),
        longText('todo'),
        nullable(instant('lapse_at')),
        nullable(instant('resolved_at')),
      ],
      indices: [['resolved_at', 'since']],
    })
    await createTable(runner, {
      name: 'welcome_spare',
      columns: [
        id(),
        text('external_userid'),
        text('userid'),
        instant('added_at'),
        text('code_hash', 24),
        longText('wanted'),
        instant('kept_at'),
      ],
      unique: [['external_userid', 'userid', 'added_at']],
      indices: [['kept_at']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['welcome_spare', 'alert'])
  }
}
