import type { MigrationInterface, QueryRunner } from 'typeorm'
import { integer, nullable, text, withDefault } from './frozen/columns.ts'
import { addColumns, addIndex, dropColumns, dropIndex } from './frozen/table.ts'

/** Which of several sends has a customer's free place, and whom it comes back to a day later. */
export class PriorityOfSends1700000000130 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'send_run', [
      nullable(text('kind', 20)),
      withDefault(integer('priority'), 50),
      withDefault(integer('expected_fen'), 0),
      nullable(integer('later_of')),
    ])
    await addIndex(runner, 'send_run', ['later_of'], { isUnique: true })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndex(runner, 'send_run', ['later_of'])
    await dropColumns(runner, 'send_run', ['kind', 'priority', 'expected_fen', 'later_of'])
  }
}
