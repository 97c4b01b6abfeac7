import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, longText, nullable, primary, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

export class InboxAndActions1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'inbound_event',
      columns: [
        id(),
        text('dedupe_key', 120),
        text('kind', 100),
        integer('lane'),
        longText('payload'),
        instant('event_at'),
        instant('received_at'),
        text('state', 12),
        instant('due_at'),
        withDefault(integer('attempts'), 0),
        nullable(longText('done_subscriptions')),
        nullable(longText('last_error')),
        nullable(instant('finished_at')),
      ],
      unique: [['dedupe_key']],
      indices: [['state', 'lane', 'due_at', 'id']],
    })
    await createTable(runner, {
      name: 'action',
      columns: [
        id(),
        text('dedupe_key', 190),
        text('kind', 60),
        integer('lane'),
        longText('payload'),
        longText('reason'),
        nullable(text('external_userid', 64)),
        nullable(text('userid', 64)),
        text('state', 12),
        instant('due_at'),
        nullable(instant('expires_at')),
        nullable(instant('lease_until')),
        nullable(text('lease_by', 40)),
        withDefault(integer('attempts'), 0),
        nullable(integer('error_code')),
        nullable(longText('last_error')),
        nullable(longText('result')),
        instant('created_at'),
        nullable(instant('started_at')),
        nullable(instant('finished_at')),
      ],
      unique: [['dedupe_key']],
      indices: [
        ['state', 'lane', 'due_at', 'id'],
        ['external_userid', 'id'],
        ['kind', 'state'],
      ],
    })
    await createTable(runner, {
      name: 'job_run',
      columns: [
        primary(text('name', 80)),
        instant('next_at'),
        nullable(instant('lease_until')),
        nullable(instant('last_at')),
        nullable(longText('last_error')),
      ],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['job_run', 'action', 'inbound_event'])
  }
}
