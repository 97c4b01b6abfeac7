import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, longText, nullable, text } from './frozen/columns.ts'
import { addColumns, createTable, dropColumns, dropTables } from './frozen/table.ts'

/** Values of the fields that a shop declares itself. */
export class ProfileFields1700000000052 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'customer_field',
      columns: [
        id(),
        text('external_userid'),
        text('field', 40),
        integer('place'),
        text('kind', 10),
        text('body', 190),
        nullable(integer('num')),
        text('told_by', 12),
        nullable(text('userid')),
        instant('told_at'),
      ],
      unique: [['external_userid', 'field', 'place']],
    })
    await addColumns(runner, 'profile_waiting', [nullable(longText('fields'))])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'profile_waiting', ['fields'])
    await dropTables(runner, ['customer_field'])
  }
}
