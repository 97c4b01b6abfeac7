import type { MigrationInterface, QueryRunner } from 'typeorm'
import { instant, nullable, primary, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** A cookie that was kept is worth nothing once its session has ended. */
export class SidebarSessions1700000000031 implements MigrationInterface {
  up(runner: QueryRunner): Promise<void> {
    return createTable(runner, {
      name: 'sidebar_session',
      columns: [
        primary(text('id', 24)),
        text('userid'),
        instant('begun_at'),
        instant('seen_at'),
        nullable(instant('ended_at')),
      ],
      indices: [['userid'], ['begun_at']],
    })
  }

  down(runner: QueryRunner): Promise<void> {
    return dropTables(runner, ['sidebar_session'])
  }
}
