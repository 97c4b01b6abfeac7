import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Whose each link is by which a customer takes no more messages. */
export class OptOutLinks1700000000069 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'opt_out_link',
      columns: [id(), text('external_userid'), instant('made_at')],
      unique: [['external_userid']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['opt_out_link'])
  }
}
