import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, longText, nullable, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Welcome templates of group pools, and of which groups the owner was told. */
export class GroupWelcomes1700000000092 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'group_welcome',
      columns: [
        id(),
        text('pool', 40),
        nullable(text('template_id', 120)),
        nullable(text('live_as', 64)),
        nullable(text('open_key', 120)),
        withDefault(integer('plans'), 0),
        nullable(text('unclear_as', 64)),
        nullable(text('refused_as', 64)),
        nullable(instant('refused_at')),
        nullable(longText('trouble')),
        nullable(instant('checked_at')),
        instant('changed_at'),
      ],
      unique: [['pool']],
    })
    await createTable(runner, {
      name: 'group_welcome_told',
      columns: [id(), integer('welcome_id'), text('template_id', 120), text('chat_id'), instant('told_at')],
      unique: [['template_id', 'chat_id']],
      indices: [['welcome_id']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['group_welcome_told', 'group_welcome'])
  }
}
