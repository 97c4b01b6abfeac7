import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, longText, nullable, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Up to where accounts of the customer service (微信客服) are read, and the words that count of what is said there. */
export class StopWords1700000000185 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'service_account',
      columns: [
        id(),
        text('open_kfid', 64),
        nullable(longText('read_up_to')),
        nullable(longText('token')),
        nullable(instant('token_until')),
        nullable(instant('read_due_at')),
        withDefault(integer('heard'), 0),
        nullable(instant('read_at')),
        nullable(longText('trouble')),
      ],
      unique: [['open_kfid']],
      indices: [['read_due_at']],
    })
    await createTable(runner, {
      name: 'stop_word',
      columns: [
        id(),
        text('msgid', 64),
        text('open_kfid', 64),
        text('external_userid', 64),
        text('means', 8),
        withDefault(text('scope', 60), ''),
        nullable(instant('until_at')),
        instant('said_at'),
        instant('received_at'),
        nullable(instant('settled_at')),
      ],
      unique: [['msgid']],
      indices: [['external_userid'], ['settled_at'], ['received_at']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['stop_word', 'service_account'])
  }
}
