import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, longText, nullable, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Rules for words that members may not write, as the platform holds them. */
export class Intercepts1700000000126 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'intercept',
      columns: [
        id(),
        text('name', 40),
        nullable(text('rule_id', 120)),
        nullable(text('live_as', 64)),
        nullable(text('open_key', 120)),
        withDefault(integer('plans'), 0),
        nullable(text('refused_as', 64)),
        nullable(instant('refused_at')),
        nullable(longText('trouble')),
        nullable(instant('drifted_at')),
        nullable(instant('checked_at')),
        instant('changed_at'),
      ],
      unique: [['name']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['intercept'])
  }
}
