import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, id, instant, integer, text, withDefault } from './frozen/columns.ts'
import { addColumns, addIndex, createTable, dropColumns, dropIndex, dropTables } from './frozen/table.ts'

/** Two shops may use one number; an order may come back in parts. */
export class OrdersByShop1700000000029 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'shop_order', [withDefault(integer('refunded_fen'), 0)])
    await runner.query(`UPDATE shop_order SET refunded_fen = total_fen WHERE status = 'refunded'`)
    // The new one first: nothing may come in twice in between.
    await addIndex(runner, 'shop_order', ['order_id', 'source'], { isUnique: true })
    await dropIndex(runner, 'shop_order', ['order_id'])
    await createTable(runner, {
      name: 'shop_order_refund',
      columns: [
        id(),
        integer('shop_order_id'),
        text('refund_id', 100),
        integer('fen'),
        instant('at'),
        withDefault(flag('announced'), 0),
      ],
      unique: [['shop_order_id', 'refund_id']],
    })
  }

  /** Fails when two shops have used one number: that cannot be put back. */
  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['shop_order_refund'])
    await addIndex(runner, 'shop_order', ['order_id'], { isUnique: true })
    await dropIndex(runner, 'shop_order', ['order_id', 'source'])
    await dropColumns(runner, 'shop_order', ['refunded_fen'])
  }
}
