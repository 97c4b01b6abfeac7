import type { MigrationInterface, QueryRunner } from 'typeorm'
import { longText, nullable } from './frozen/columns.ts'
import { addColumns, dropColumns } from './frozen/table.ts'

/** Which orders a file did not bring for its faults, so that one knows when another has. */
export class MissingOrdersOfFiles1700000000146 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'shop_file', [nullable(longText('missing'))])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'shop_file', ['missing'])
  }
}
