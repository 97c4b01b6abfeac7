import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, longText, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** The last event by which a customer might have entered a journey and did not, and why: one row of each. */
export class SopRefusals1700000000026 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'sop_refusal',
      columns: [
        id(),
        text('sop', 40),
        text('external_userid'),
        text('version', 20),
        text('event', 30),
        instant('at'),
        longText('why'),
      ],
      unique: [['external_userid', 'sop']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['sop_refusal'])
  }
}
