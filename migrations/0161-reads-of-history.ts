import type { MigrationInterface, QueryRunner } from 'typeorm'
import { addIndex, dropIndex } from './frozen/table.ts'

/** What is asked of all that waits is answered by the index alone; events of a kind are found by when they came. */
export class ReadsOfHistory1700000000161 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addIndex(runner, 'inbound_event', ['kind', 'received_at'])
    await addIndex(runner, 'action', ['state', 'kind', 'lane', 'due_at', 'last_code', 'userid'])
    await dropIndex(runner, 'action', ['kind', 'state'])
  }

  async down(runner: QueryRunner): Promise<void> {
    await addIndex(runner, 'action', ['kind', 'state'])
    await dropIndex(runner, 'action', ['state', 'kind', 'lane', 'due_at', 'last_code', 'userid'])
    await dropIndex(runner, 'inbound_event', ['kind', 'received_at'])
  }
}
