import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, instant, primary, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Which replicas have fetched the database's log: one that no longer comes is missed. */
export class DatabaseReplicas1700000000046 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'database_replica',
      columns: [primary(text('host', 100)), instant('seen_at'), withDefault(flag('missed'), 0)],
    })
  }

  down(runner: QueryRunner): Promise<void> {
    return dropTables(runner, ['database_replica'])
  }
}
