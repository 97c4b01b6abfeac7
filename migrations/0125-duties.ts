import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, longText, nullable, primary, text } from './frozen/columns.ts'
import { addColumns, createTable, dropColumns, dropTables } from './frozen/table.ts'

/** To-dos for staff without a customer, when they are due, and the tags of groups. */
export class Duties1700000000125 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'duty_schedule',
      columns: [primary(text('send_name', 60)), text('timing', 120), nullable(instant('next_at'))],
      indices: [['next_at']],
    })
    await createTable(runner, {
      name: 'duty',
      columns: [
        id(),
        text('duty_key', 190),
        text('duty_name', 60),
        text('userid'),
        text('title', 120),
        nullable(longText('script')),
        longText('group_names'),
        integer('group_count'),
        nullable(text('evidence', 60)),
        nullable(longText('tell')),
        instant('due_at'),
        text('state', 12),
        instant('opened_at'),
        nullable(instant('wake_at')),
        nullable(instant('notified_at')),
        nullable(instant('closed_at')),
        nullable(longText('outcome')),
      ],
      unique: [['duty_key']],
      indices: [['userid', 'state'], ['duty_name', 'state'], ['wake_at']],
    })
    await addColumns(runner, 'chat_group', [nullable(instant('pool_since'))])
    await createTable(runner, {
      name: 'group_tag',
      columns: [id(), text('chat_id'), text('tag', 40), instant('set_at')],
      unique: [['chat_id', 'tag']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['group_tag'])
    await dropColumns(runner, 'chat_group', ['pool_since'])
    await dropTables(runner, ['duty', 'duty_schedule'])
  }
}
