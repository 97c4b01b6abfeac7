import type { MigrationInterface, QueryRunner } from 'typeorm'
import { nullable, text } from './frozen/columns.ts'
import { addColumns, addIndex, dropColumns, dropIndex } from './frozen/table.ts'

/** Which step of a campaign a moment stands for: one that is moved is asked for once. */
export class OccasionsOfMoments1700000000150 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'moment_run', [nullable(text('occasion', 10))])
    await addIndex(runner, 'moment_run', ['moment_name', 'occasion'], { isUnique: true })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndex(runner, 'moment_run', ['moment_name', 'occasion'])
    await dropColumns(runner, 'moment_run', ['occasion'])
  }
}
