import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, longText, nullable, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Files of orders that were found in a shop's folder, and how far each has been read. */
export class ShopFiles1700000000144 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'shop_file',
      columns: [
        id(),
        text('shop', 30),
        text('digest', 64),
        longText('name'),
        integer('size'),
        text('state', 8),
        text('by_rule', 12),
        withDefault(integer('taken'), 0),
        nullable(longText('counts')),
        nullable(longText('faults')),
        instant('found_at'),
        nullable(instant('ended_at')),
        nullable(text('lease_by', 40)),
        nullable(instant('lease_until')),
      ],
      unique: [['shop', 'digest']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['shop_file'])
  }
}
