import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, integer, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** At which guides a customer bore a tag before another program's word about it: there it is again when that word turns out to be about
 *  somebody else. */
export class BearersOfToldTags1700000000171 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'told_tag_bearer',
      columns: [id(), integer('told_tag_id'), text('userid')],
      unique: [['told_tag_id', 'userid']],
      indices: [['userid']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['told_tag_bearer'])
  }
}
