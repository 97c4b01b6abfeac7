import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, nullable, text } from './frozen/columns.ts'
import { addColumns, createTable, dropColumns, dropTables } from './frozen/table.ts'

/** Which step of a group SOP each group has had, and the pool that rules took a group out of, since when it had been in it. */
export class GroupSteps1700000000154 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'group_step',
      columns: [id(), text('step', 60), text('chat_id'), instant('given_at'), nullable(integer('run_id'))],
      unique: [['step', 'chat_id']],
    })
    await addColumns(runner, 'chat_group', [nullable(text('former_pool', 40)), nullable(instant('former_pool_since'))])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'chat_group', ['former_pool', 'former_pool_since'])
    await dropTables(runner, ['group_step'])
  }
}
