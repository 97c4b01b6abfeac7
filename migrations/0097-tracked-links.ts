import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, nullable, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Each customer's own way to a named address, and who took it. */
export class TrackedLinks1700000000097 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'tracked_link',
      columns: [id(), text('external_userid'), text('link', 20), instant('made_at')],
      unique: [['external_userid', 'link']],
    })
    await createTable(runner, {
      name: 'link_click',
      columns: [id(), text('click_key', 60), text('link', 20), nullable(text('external_userid')), instant('at')],
      unique: [['click_key']],
      indices: [['external_userid', 'at'], ['at']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['link_click', 'tracked_link'])
  }
}
