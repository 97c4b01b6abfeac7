import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, longText, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Lists of scripts that were asked for: whether anybody saw them it did not say, and nothing read it. */
export class NoShownScripts1700000000071 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['script_shown'])
  }

  async down(runner: QueryRunner): Promise<void> {
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
}
