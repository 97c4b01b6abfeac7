import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, id, instant, integer, longText, nullable, text, withDefault } from './frozen/columns.ts'
import { addColumns, createTable, dropColumns, dropTables } from './frozen/table.ts'

/** Mass sends into customer groups, and what goes into them. */
export class SendsToGroups1700000000068 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'send_group',
      columns: [
        id(),
        integer('run_id'),
        text('chat_id'),
        nullable(integer('batch_id')),
        nullable(text('userid')),
        text('outcome', 16),
        nullable(longText('reason')),
        nullable(instant('outcome_at')),
        withDefault(flag('note_due'), 0),
      ],
      unique: [['run_id', 'chat_id']],
      indices: [
        ['batch_id', 'outcome'],
        ['chat_id', 'outcome', 'outcome_at'],
        ['note_due', 'id'],
      ],
    })
    await createTable(runner, {
      name: 'group_touch',
      columns: [
        id(),
        text('source_key', 190),
        text('chat_id'),
        nullable(text('userid')),
        text('kind', 12),
        instant('at'),
      ],
      unique: [['source_key']],
      indices: [['chat_id', 'at']],
    })
    await addColumns(runner, 'send_run', [withDefault(text('chat_type', 12), 'single')])
    await addColumns(runner, 'send_batch', [withDefault(text('chat_type', 12), 'single')])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'send_batch', ['chat_type'])
    await dropColumns(runner, 'send_run', ['chat_type'])
    await dropTables(runner, ['group_touch', 'send_group'])
  }
}
