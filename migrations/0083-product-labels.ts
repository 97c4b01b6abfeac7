import type { MigrationInterface, QueryRunner } from 'typeorm'
import { nullable, text } from './frozen/columns.ts'
import { addColumns, addIndex, dropColumns, dropIndex } from './frozen/table.ts'

/** Which category goods belong to and what they are there for, as products.yaml says. */
export class ProductLabels1700000000083 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'shop_order_item', [
      nullable(text('catalog_category', 60)),
      nullable(text('role', 8)),
      nullable(text('labelled_by', 12)),
    ])
    await addIndex(runner, 'shop_order_item', ['labelled_by'])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndex(runner, 'shop_order_item', ['labelled_by'])
    await dropColumns(runner, 'shop_order_item', ['catalog_category', 'role', 'labelled_by'])
  }
}
