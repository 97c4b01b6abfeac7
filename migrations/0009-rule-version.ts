import type { MigrationInterface, QueryRunner } from 'typeorm'
import { instant, longText, primary, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Every version of every rule that was ever in force, and the last good book as a whole. */
export class RuleVersion1700000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'rule_version',
      columns: [text('kind', 20), text('name', 60), text('version', 12), longText('content'), instant('first_seen_at')],
      unique: [['kind', 'name', 'version']],
    })
    await createTable(runner, {
      name: 'rule_book',
      columns: [primary(text('name', 20)), text('version', 12), longText('content'), instant('saved_at')],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['rule_book', 'rule_version'])
  }
}
