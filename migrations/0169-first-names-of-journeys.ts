import type { MigrationInterface, QueryRunner } from 'typeorm'
import { nullable, text } from './frozen/columns.ts'
import { addColumns, dropColumns } from './frozen/table.ts'

/** What a journey was called first, so that a renamed one holds out the same people. */
export class FirstNamesOfJourneys1700000000169 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'sop_release', [nullable(text('first_name', 60))])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'sop_release', ['first_name'])
  }
}
