import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, id, instant, integer, longText, nullable, text, withDefault } from './frozen/columns.ts'
import { addColumns, addIndex, createTable, dropColumns, dropIndex, dropTables } from './frozen/table.ts'

/** Scripts that guides write themselves, which they want at hand, and where in a list a sent one stood. */
export class OwnScripts1700000000065 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'own_script',
      columns: [
        id(),
        text('script_key', 190),
        text('userid'),
        text('title', 40),
        longText('body'),
        withDefault(flag('is_team'), 0),
        instant('changed_at'),
        nullable(instant('removed_at')),
      ],
      unique: [['script_key']],
      indices: [['userid'], ['is_team']],
    })
    await createTable(runner, {
      name: 'script_favourite',
      columns: [id(), text('userid'), text('script_id', 40), instant('at')],
      unique: [['userid', 'script_id']],
    })
    await addColumns(runner, 'script_use', [nullable(integer('place'))])
    await addIndex(runner, 'script_use', ['userid', 'sent_at'])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndex(runner, 'script_use', ['userid', 'sent_at'])
    await dropColumns(runner, 'script_use', ['place'])
    await dropTables(runner, ['own_script', 'script_favourite'])
  }
}
