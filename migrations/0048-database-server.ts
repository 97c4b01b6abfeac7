import type { MigrationInterface, QueryRunner } from 'typeorm'
import { instant, nullable, primary, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Which server the database was last seen on, and when the reading is due that a change of it asks for. */
export class DatabaseServer1700000000048 implements MigrationInterface {
  up(runner: QueryRunner): Promise<void> {
    return createTable(runner, {
      name: 'database_server',
      columns: [
        primary(text('role', 10)),
        text('identity', 190),
        instant('seen_at'),
        nullable(instant('reconcile_at')),
      ],
    })
  }

  down(runner: QueryRunner): Promise<void> {
    return dropTables(runner, ['database_server'])
  }
}
