import type { MigrationInterface, QueryRunner } from 'typeorm'
import { nullable, text } from './frozen/columns.ts'
import { addColumns, addIndex, dropColumns, dropIndex } from './frozen/table.ts'

/** Which day of a calendar a send stands for: one that is moved goes out once. */
export class OccasionsOfSends1700000000091 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'send_run', [nullable(text('occasion', 10))])
    await addIndex(runner, 'send_run', ['send_name', 'occasion'], { isUnique: true })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndex(runner, 'send_run', ['send_name', 'occasion'])
    await dropColumns(runner, 'send_run', ['occasion'])
  }
}
