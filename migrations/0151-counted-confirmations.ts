import type { MigrationInterface, QueryRunner } from 'typeorm'
import { nullable, text } from './frozen/columns.ts'
import { addColumns, dropColumns } from './frozen/table.ts'

/** On which day of its guide a task counts that is to be confirmed, so that a cancelled one gives the place back. */
export class CountedConfirmations1700000000151 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'send_batch', [nullable(text('counted_on', 10))])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'send_batch', ['counted_on'])
  }
}
