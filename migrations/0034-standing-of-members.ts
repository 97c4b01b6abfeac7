import type { MigrationInterface, QueryRunner } from 'typeorm'
import { instant, integer, longText, nullable, primary, text, withDefault } from './frozen/columns.ts'
import { addColumns, createTable, dropColumns, dropTables } from './frozen/table.ts'

/** Who leads which department, who is out of the app's sight, and where somebody is logged in. */
export class StandingOfMembers1700000000034 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'department',
      columns: [primary(integer('id')), nullable(longText('name')), integer('parent_id')],
    })
    await addColumns(runner, 'staff', [nullable(longText('leads')), nullable(instant('unseen_at'))])
    await addColumns(runner, 'sidebar_session', [withDefault(text('place', 10), 'sidebar')])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'sidebar_session', ['place'])
    await dropColumns(runner, 'staff', ['leads', 'unseen_at'])
    await dropTables(runner, ['department'])
  }
}
