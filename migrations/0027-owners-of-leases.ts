import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, nullable, text, withDefault } from './frozen/columns.ts'
import { addColumns, dropColumns } from './frozen/table.ts'

/** Who holds the lease of a job; and of an action, by its code, why the last try failed, and whether a try may have been
 *  carried out without our knowing. */
export class OwnersOfLeases1700000000027 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'job_run', [nullable(text('lease_by', 40))])
    await addColumns(runner, 'action', [nullable(text('last_code', 60)), withDefault(flag('may_have_happened'), 0)])
    // Until now the sentence told both; what waits must not lose it.
    await runner.query(
      `UPDATE action SET last_code = 'action.crashed', may_have_happened = 1
       WHERE state IN ('waiting', 'running') AND last_error = 'process ended during the call'`,
    )
    await runner.query(
      `UPDATE action SET last_code = 'wecom.unreachable', may_have_happened = 1
       WHERE state IN ('waiting', 'running') AND last_error LIKE 'wecom.unreachable:%'`,
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'action', ['may_have_happened', 'last_code'])
    await dropColumns(runner, 'job_run', ['lease_by'])
  }
}
