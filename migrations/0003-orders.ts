import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, id, instant, integer, longText, nullable, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

export class Orders1700000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'shop_order',
      columns: [
        id(),
        text('order_id', 100),
        text('status', 12),
        integer('total_fen'),
        text('source', 60),
        nullable(text('external_userid')),
        nullable(text('matched_by', 20)),
        nullable(text('given_external_userid')),
        nullable(text('given_unionid')),
        nullable(text('phone_hash', 64)),
        nullable(text('phone_tail', 4)),
        instant('created_at'),
        nullable(instant('paid_at')),
        nullable(instant('refunded_at')),
        nullable(instant('closed_at')),
        withDefault(flag('has_items'), 0),
      ],
      unique: [['order_id']],
      indices: [['external_userid', 'status', 'paid_at'], ['given_external_userid'], ['given_unionid'], ['phone_hash']],
    })
    await createTable(runner, {
      name: 'shop_order_item',
      columns: [
        id(),
        integer('shop_order_id'),
        integer('line_no'),
        text('sku', 100),
        longText('name'),
        integer('quantity'),
        integer('price_fen'),
        nullable(text('category', 60)),
      ],
      unique: [['shop_order_id', 'line_no']],
      indices: [['category', 'shop_order_id']],
    })
    await createTable(runner, {
      name: 'shop_order_status',
      columns: [id(), integer('shop_order_id'), text('status', 12), instant('at'), withDefault(flag('announced'), 0)],
      unique: [['shop_order_id', 'status']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['shop_order_status', 'shop_order_item', 'shop_order'])
  }
}
