import type { MigrationInterface, QueryRunner } from 'typeorm'
import { instant, nullable } from './frozen/columns.ts'
import { addColumns, dropColumns } from './frozen/table.ts'

/** Until when a word holds: «ask me again in a month». */
export class EndOfConsent1700000000060 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'consent', [nullable(instant('until_at'))])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'consent', ['until_at'])
  }
}
