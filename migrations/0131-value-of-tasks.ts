import type { MigrationInterface, QueryRunner } from 'typeorm'
import { integer, withDefault } from './frozen/columns.ts'
import { addColumns, dropColumns } from './frozen/table.ts'

/** What a to-do is worth, so that a full day goes to what is worth most. */
export class ValueOfTasks1700000000131 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'guide_task', [withDefault(integer('value_fen'), 0)])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'guide_task', ['value_fen'])
  }
}
