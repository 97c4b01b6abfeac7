import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, longText, primary, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** What became of scripts that were sent, and in which order they were shown. */
export class ScriptOutcomes1700000000066 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'script_outcome',
      columns: [primary(text('script_id', 40)), integer('customers'), integer('bought'), instant('counted_at')],
    })
    await createTable(runner, {
      name: 'script_shown',
      columns: [
        id(),
        text('shown_key', 190),
        text('external_userid'),
        text('userid'),
        longText('scripts'),
        text('how', 10),
        instant('at'),
      ],
      unique: [['shown_key']],
      indices: [['external_userid', 'at'], ['at']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['script_shown', 'script_outcome'])
  }
}
