import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, nullable, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** What another program says that a customer allows or refuses. */
export class ToldConsents1700000000062 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'told_consent',
      columns: [
        id(),
        text('consent_id', 100),
        text('kind', 20),
        withDefault(text('scope', 60), ''),
        text('state', 12),
        nullable(instant('until_at')),
        nullable(text('external_userid')),
        nullable(text('given_external_userid')),
        nullable(text('given_unionid')),
        nullable(text('phone_hash')),
        instant('said_at'),
        instant('received_at'),
      ],
      unique: [['consent_id']],
      indices: [['external_userid'], ['received_at'], ['given_external_userid'], ['given_unionid'], ['phone_hash']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['told_consent'])
  }
}
