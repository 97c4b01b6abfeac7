import type { MigrationInterface, QueryRunner } from 'typeorm'
import { addIndex, dropIndex } from './frozen/table.ts'

/** What went into groups is found by its age, to be deleted. */
export class AgeOfGroupSends1700000000070 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addIndex(runner, 'send_group', ['outcome_at'])
    await addIndex(runner, 'group_touch', ['at'])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndex(runner, 'group_touch', ['at'])
    await dropIndex(runner, 'send_group', ['outcome_at'])
  }
}
