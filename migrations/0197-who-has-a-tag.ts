import type { MigrationInterface, QueryRunner } from 'typeorm'
import { addIndex, dropIndex } from './frozen/table.ts'

/** How many customers have a tag is counted by its own rows, in the order of the customers. */
export class WhoHasATag1700000000197 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addIndex(runner, 'follow_tag', ['tag_id', 'external_userid'])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndex(runner, 'follow_tag', ['tag_id', 'external_userid'])
  }
}
