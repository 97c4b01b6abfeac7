import type { MigrationInterface, QueryRunner } from 'typeorm'
import { integer, nullable } from './frozen/columns.ts'
import { addColumns, dropColumns } from './frozen/table.ts'

/** By how much the clock of each process is ahead of the database's. */
export class ClocksOfProcesses1700000000075 implements MigrationInterface {
  up(runner: QueryRunner): Promise<void> {
    return addColumns(runner, 'live_process', [nullable(integer('ahead_ms'))])
  }

  down(runner: QueryRunner): Promise<void> {
    return dropColumns(runner, 'live_process', ['ahead_ms'])
  }
}
