import type { MigrationInterface, QueryRunner } from 'typeorm'
import { nullable, text } from './frozen/columns.ts'
import { addColumns, dropColumns } from './frozen/table.ts'

/** Under which name a send drew its hold-out before it was renamed, so that the same people stay held out. */
export class NamesOfDraws1700000000167 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'send_run', [nullable(text('drawn_as', 60))])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'send_run', ['drawn_as'])
  }
}
