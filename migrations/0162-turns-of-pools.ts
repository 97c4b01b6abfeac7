import type { MigrationInterface, QueryRunner } from 'typeorm'
import { integer, withDefault } from './frozen/columns.ts'
import { addColumns, dropColumns } from './frozen/table.ts'

/** Whoever gives places of a level writes it down, so that two who do so at once cannot both commit. */
export class TurnsOfPools1700000000162 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'tier_pool', [withDefault(integer('turns'), 0)])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'tier_pool', ['turns'])
  }
}
