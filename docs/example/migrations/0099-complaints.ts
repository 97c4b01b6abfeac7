import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, id, instant, longText, nullable, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** What customers complained of. */
export class Complaints1700000000099 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'complaint',
      columns: [
        id(),
        text('complaint_id', 100),
        longText('about'),
        nullable(text('external_userid')),
        nullable(text('given_external_userid')),
        nullable(text('given_unionid')),
        nullable(text('phone_hash')),
        instant('received_at'),
        withDefault(flag('announced'), 0),
        withDefault(flag('reminded'), 0),
      ],
      unique: [['complaint_id']],
      indices: [
        ['external_userid'],
        ['reminded', 'received_at'],
        ['given_external_userid'],
        ['given_unionid'],
        ['phone_hash'],
      ],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['complaint'])
  }
}
