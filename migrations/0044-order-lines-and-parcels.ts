import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, nullable, text, withDefault } from './frozen/columns.ts'
import { addColumns, createTable, dropColumns, dropTables } from './frozen/table.ts'

/** Orders as the shop has them now: which version that is, what came back of each line, how it was paid, and its parcels. */
export class OrderLinesAndParcels1700000000044 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'shop_order', [
      nullable(integer('version')),
      nullable(instant('shipped_at')),
      nullable(instant('signed_at')),
    ])
    await addColumns(runner, 'shop_order_item', [
      nullable(text('line_id', 100)),
      withDefault(integer('refunded_quantity'), 0),
      withDefault(integer('refunded_fen'), 0),
    ])
    await createTable(runner, {
      name: 'shop_order_refund_line',
      columns: [
        id(),
        integer('shop_order_id'),
        text('refund_id', 100),
        text('line_id', 100),
        integer('quantity'),
        integer('fen'),
        instant('at'),
      ],
      unique: [['shop_order_id', 'refund_id', 'line_id']],
    })
    await createTable(runner, {
      name: 'shop_order_payment',
      columns: [
        id(),
        integer('shop_order_id'),
        text('payment_id', 100),
        integer('fen'),
        instant('at'),
        text('way', 60),
      ],
      unique: [['shop_order_id', 'payment_id']],
    })
    await createTable(runner, {
      name: 'shop_order_parcel',
      columns: [
        id(),
        integer('shop_order_id'),
        text('number', 100),
        text('company', 60),
        nullable(instant('shipped_at')),
        nullable(instant('signed_at')),
      ],
      unique: [['shop_order_id', 'number']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['shop_order_parcel', 'shop_order_payment', 'shop_order_refund_line'])
    await dropColumns(runner, 'shop_order_item', ['line_id', 'refunded_quantity', 'refunded_fen'])
    await dropColumns(runner, 'shop_order', ['version', 'shipped_at', 'signed_at'])
  }
}
