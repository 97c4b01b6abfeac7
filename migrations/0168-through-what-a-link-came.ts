import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, nullable, text, withDefault } from './frozen/columns.ts'
import { addColumns, addIndex, dropColumns, dropIndex } from './frozen/table.ts'

/** Through which message a link was opened, and whether by a machine, which is nobody. */
export class ThroughWhatALinkCame1700000000168 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'link_click', [nullable(text('through', 30)), withDefault(flag('by_machine'), 0)])
    await addIndex(runner, 'link_click', ['through'])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndex(runner, 'link_click', ['through'])
    await dropColumns(runner, 'link_click', ['by_machine', 'through'])
  }
}
