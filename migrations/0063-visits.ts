import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, nullable, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** What customers looked at in the shop. */
export class Visits1700000000063 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'shop_visit',
      columns: [
        id(),
        text('visit_id', 100),
        text('source', 60),
        text('kind', 12),
        nullable(text('external_userid')),
        nullable(text('given_external_userid')),
        nullable(text('given_unionid')),
        nullable(text('phone_hash')),
        nullable(text('page', 190)),
        nullable(text('product_id', 100)),
        nullable(text('product', 190)),
        nullable(text('category', 60)),
        nullable(integer('price_fen')),
        nullable(integer('quantity')),
        instant('at'),
        instant('received_at'),
      ],
      unique: [['visit_id', 'source']],
      indices: [['external_userid', 'at'], ['at'], ['given_external_userid'], ['given_unionid'], ['phone_hash']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['shop_visit'])
  }
}
