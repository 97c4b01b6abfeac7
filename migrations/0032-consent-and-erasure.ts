import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, longText, nullable, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** What customers allowed and refused, and who was erased. */
export class ConsentAndErasure1700000000032 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'consent',
      columns: [
        id(),
        text('external_userid'),
        text('kind', 20),
        withDefault(text('scope', 60), ''),
        text('state', 12),
        text('source', 20),
        nullable(text('by_whom', 100)),
        nullable(longText('note')),
        instant('at'),
      ],
      indices: [['external_userid', 'kind', 'id']],
    })
    await createTable(runner, {
      name: 'erased_name',
      columns: [
        id(),
        text('name_hash'),
        text('named_by', 12),
        instant('erased_at'),
        nullable(text('by_whom', 100)),
        nullable(longText('receipt')),
      ],
      unique: [['name_hash']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['erased_name', 'consent'])
  }
}
