import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, longText, nullable, text } from './frozen/columns.ts'
import { addColumns, createTable, dropColumns, dropTables } from './frozen/table.ts'

/** Whose an order is; and by what a customer was contacted, so that what a message brought can be told. */
export class OrderCredit1700000000067 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'order_credit',
      columns: [
        id(),
        integer('shop_order_id'),
        text('external_userid'),
        nullable(text('userid')),
        nullable(integer('department')),
        nullable(text('channel', 60)),
        nullable(text('touch', 12)),
        nullable(text('about', 120)),
        text('decided_by', 12),
        instant('decided_at'),
        nullable(text('given_by', 64)),
        nullable(longText('why')),
      ],
      unique: [['shop_order_id']],
      indices: [['userid'], ['external_userid']],
    })
    await addColumns(runner, 'touch', [nullable(text('about', 120))])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'touch', ['about'])
    await dropTables(runner, ['order_credit'])
  }
}
