import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, longText, nullable, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** What customers are likely to buy, and how far the reckoning of a night is. */
export class Worth1700000000045 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'customer_worth',
      columns: [
        id(),
        text('external_userid'),
        nullable(integer('alive_percent')),
        integer('orders90_hundredths'),
        nullable(integer('value90_fen')),
      ],
      unique: [['external_userid']],
    })
    await createTable(runner, {
      name: 'worth_run',
      columns: [
        id(),
        text('name', 20),
        instant('due_at'),
        text('after_userid'),
        nullable(longText('model')),
        nullable(instant('fitted_at')),
        nullable(instant('scored_at')),
      ],
      unique: [['name']],
    })
  }

  down(runner: QueryRunner): Promise<void> {
    return dropTables(runner, ['worth_run', 'customer_worth'])
  }
}
