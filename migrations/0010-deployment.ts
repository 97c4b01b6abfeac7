import type { MigrationInterface, QueryRunner } from 'typeorm'
import { instant, integer, longText, nullable, primary, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** What all processes of a deployment share: credentials, the platform's limits, how long calls take. */
export class Deployment1700000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'credential',
      columns: [
        primary(text('name', 80)),
        nullable(longText('sealed')),
        nullable(text('value_hash', 64)),
        nullable(instant('refresh_at')),
        nullable(instant('expires_at')),
        nullable(text('lease_by', 40)),
        nullable(instant('lease_until')),
      ],
    })
    await createTable(runner, {
      name: 'endpoint_limit',
      columns: [
        primary(text('path', 100)),
        withDefault(integer('revision'), 0),
        nullable(instant('closed_until')),
        nullable(integer('allowed')),
        nullable(instant('allowed_at')),
        nullable(integer('learned')),
        nullable(instant('learned_at')),
      ],
    })
    await createTable(runner, {
      name: 'endpoint_use',
      columns: [
        text('path', 100),
        integer('length_ms'),
        integer('slice'),
        ...['welcome', 'event', 'campaign', 'backfill'].map((lane) => withDefault(integer(lane), 0)),
      ],
      unique: [['path', 'length_ms', 'slice']],
    })
    await createTable(runner, {
      name: 'action_pace',
      columns: [text('kind', 60), text('path', 100), integer('times'), integer('busy_ms'), instant('seen_at')],
      unique: [['kind', 'path']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['action_pace', 'endpoint_use', 'endpoint_limit', 'credential'])
  }
}
