import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, id, instant, nullable, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Tags that another program tells of a customer, perhaps before we know them. */
export class ToldTags1700000000145 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'told_tag',
      columns: [
        id(),
        text('source', 60),
        text('change_id', 100),
        text('path', 201),
        flag('is_on'),
        nullable(text('external_userid')),
        nullable(text('given_external_userid')),
        nullable(text('given_unionid')),
        nullable(text('phone_hash')),
        instant('said_at'),
        instant('received_at'),
        withDefault(flag('lent'), 0),
        nullable(flag('was_on')),
      ],
      unique: [['source', 'change_id', 'path']],
      indices: [['external_userid'], ['received_at'], ['given_external_userid'], ['given_unionid'], ['phone_hash']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['told_tag'])
  }
}
