import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, nullable, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Orders that guides bind to customers by their number. */
export class OrderClaims1700000000064 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'order_claim',
      columns: [
        id(),
        text('claim_key', 190),
        text('external_userid'),
        text('userid'),
        text('order_id', 100),
        nullable(integer('shop_order_id')),
        text('result', 10),
        instant('at'),
      ],
      unique: [['claim_key']],
      indices: [
        ['userid', 'at'],
        ['external_userid', 'at'],
        ['order_id', 'at'],
      ],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['order_claim'])
  }
}
