import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, longText, nullable, text } from './frozen/columns.ts'
import { addColumns, createTable, dropColumns, dropTables } from './frozen/table.ts'

/** What customers are called by how they buy, who came to be called otherwise, and how many there are of each a day. */
export class GroupsOfRfm1700000000181 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'customer_score', [nullable(text('name', 20)), nullable(instant('since'))])
    await addColumns(runner, 'score_run', [
      nullable(text('rule', 12)),
      nullable(text('settled_rule', 12)),
      nullable(instant('settled_since')),
      nullable(instant('settled_at')),
    ])
    await createTable(runner, {
      name: 'score_move',
      columns: [
        id(),
        text('external_userid'),
        nullable(text('from_name', 20)),
        nullable(text('to_name', 20)),
        instant('moved_at'),
      ],
      unique: [['external_userid', 'moved_at']],
      indices: [['moved_at', 'external_userid']],
    })
    await createTable(runner, {
      name: 'score_day',
      columns: [id(), instant('day'), text('rule', 12), longText('counts')],
      unique: [['day']],
      indices: [],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['score_day', 'score_move'])
    await dropColumns(runner, 'score_run', ['settled_at', 'settled_since', 'settled_rule', 'rule'])
    await dropColumns(runner, 'customer_score', ['since', 'name'])
  }
}
