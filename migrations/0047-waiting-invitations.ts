import type { MigrationInterface, QueryRunner } from 'typeorm'
import { addIndex, dropIndex } from './frozen/table.ts'

const COLUMNS = ['state', 'pool', 'id']

/** Who waits for room in a pool is asked for after each join: without it every open invitation is read each time. */
export class WaitingInvitations1700000000047 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addIndex(runner, 'invitation', COLUMNS)
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndex(runner, 'invitation', COLUMNS)
  }
}
