import type { MigrationInterface, QueryRunner } from 'typeorm'
import { instant, integer, nullable, primary, text } from './frozen/columns.ts'
import { addColumns, createTable, dropColumns, dropTables } from './frozen/table.ts'

/** Which processes of the deployment live, and which tags belong to a strategy (规则组). */
export class LiveProcessesAndStrategyTags1700000000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'live_process',
      columns: [primary(text('instance', 40)), instant('seen_at')],
    })
    await addColumns(runner, 'corp_tag', [nullable(integer('strategy_id'))])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'corp_tag', ['strategy_id'])
    await dropTables(runner, ['live_process'])
  }
}
