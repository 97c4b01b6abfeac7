import type { MigrationInterface, QueryRunner } from 'typeorm'
import { nullable, text } from './frozen/columns.ts'
import { addColumns, dropColumns } from './frozen/table.ts'

/** Which version of its send a task brings; null, as in all tasks before: there is one for all. */
export class VersionsOfSends1700000000182 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'send_batch', [nullable(text('variant', 20))])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'send_batch', ['variant'])
  }
}
