import type { MigrationInterface, QueryRunner } from 'typeorm'
import { integer, withDefault } from './frozen/columns.ts'
import { addColumns, dropColumns } from './frozen/table.ts'

/** Which part of all work an event belongs to; those of before belong to the first. */
export class ShardsOfEvents1700000000160 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'inbound_event', [withDefault(integer('shard'), 0)])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'inbound_event', ['shard'])
  }
}
