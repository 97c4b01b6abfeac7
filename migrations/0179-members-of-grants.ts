import type { MigrationInterface, QueryRunner } from 'typeorm'
import { addIndex, dropIndex } from './frozen/table.ts'

/** Before a gift is given, others of its kind to the same member are looked for. */
export class MembersOfGrants1700000000179 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addIndex(runner, 'shop_grant', ['member'])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndex(runner, 'shop_grant', ['member'])
  }
}
