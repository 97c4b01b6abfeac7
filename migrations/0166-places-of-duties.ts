import type { MigrationInterface, QueryRunner } from 'typeorm'
import { nullable, text } from './frozen/columns.ts'
import { addColumns, dropColumns } from './frozen/table.ts'

/** In which day of its member a to-do without a customer has a place, so that it gives back what it took and no more. */
export class PlacesOfDuties1700000000166 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'duty', [nullable(text('counted_on', 10))])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'duty', ['counted_on'])
  }
}
