import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, integer, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** From which store, staff, scene and campaign an order came, as its shop says. */
export class OriginOfOrders1700000000194 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'shop_order_origin',
      columns: [id(), integer('shop_order_id'), text('part', 8), text('word', 100), integer('version')],
      unique: [['shop_order_id', 'part']],
      indices: [['part', 'word']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['shop_order_origin'])
  }
}
