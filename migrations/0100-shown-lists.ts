import type { MigrationInterface, QueryRunner } from 'typeorm'
import { nullable, text } from './frozen/columns.ts'
import { addColumns, dropColumns } from './frozen/table.ts'

/** Which list of scripts was drawn when one of it was sent: told by the page, with what was sent. */
export class ShownLists1700000000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'script_use', [nullable(text('shown', 500))])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'script_use', ['shown'])
  }
}
