import type { MigrationInterface, QueryRunner } from 'typeorm'
import { instant, nullable, text } from './frozen/columns.ts'
import { addColumns, dropColumns } from './frozen/table.ts'

/** Who has looked at a send before it went out, and when. */
export class ApprovalOfSends1700000000059 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'send_run', [nullable(instant('approved_at')), nullable(text('approved_by', 100))])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'send_run', ['approved_at', 'approved_by'])
  }
}
