import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, nullable, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** What guides sent from the sidebar. */
export class ScriptUse1700000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'script_use',
      columns: [
        id(),
        text('use_key', 140),
        text('external_userid'),
        text('userid'),
        nullable(text('script_id', 40)),
        nullable(integer('task_id')),
        instant('sent_at'),
      ],
      unique: [['use_key']],
      indices: [
        ['external_userid', 'script_id', 'sent_at'],
        ['script_id', 'sent_at'],
      ],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['script_use'])
  }
}
