import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, id, instant, integer, longText, nullable, primary, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Every reading of the corp is a row, no longer only the first; its parts; and what a reconciliation found. */
export class SyncRuns1700000000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sync_run RENAME TO sync_run_before')
    await createTable(runner, {
      name: 'sync_run',
      columns: [
        id(),
        // first, sync, reconcile
        text('kind', 12),
        withDefault(flag('dry'), 0),
        text('ask_key', 80),
        // `open` while it runs: one reading at a time.
        nullable(text('open_slot', 8)),
        text('state', 12),
        instant('started_at'),
        nullable(instant('finished_at')),
        withDefault(integer('parts'), 0),
        withDefault(integer('parts_done'), 0),
        withDefault(integer('gaps'), 0),
        withDefault(integer('relations'), 0),
        nullable(integer('relations_expected')),
        withDefault(integer('chat_groups'), 0),
        withDefault(integer('chat_groups_read'), 0),
        withDefault(integer('found'), 0),
        withDefault(integer('renewed'), 0),
      ],
      unique: [['ask_key'], ['open_slot']],
      indices: [['kind', 'state', 'id']],
    })
    // A run that was under way begins anew: its actions were of the old kinds.
    await runner.query(
      `INSERT INTO sync_run (kind, ask_key, state, started_at, finished_at, parts, parts_done, relations)
       SELECT 'first', 'first', CASE WHEN state = 'running' THEN 'failed' ELSE state END, started_at,
              COALESCE(finished_at, started_at), parts, parts_done, relations FROM sync_run_before`,
    )
    await runner.query(
      `DELETE FROM action WHERE kind IN ('sync.staff', 'sync.relations') AND state IN ('waiting', 'running')`,
    )
    await dropTables(runner, ['sync_run_before'])
    await createTable(runner, {
      name: 'sync_part',
      columns: [
        id(),
        integer('run_id'),
        // people, groups, ways
        text('kind', 12),
        text('state', 8),
        // JSON list: userids, chat ids, or ways still to read.
        longText('subjects'),
        // JSON: what was listed of each guide so far, as a count and a sum.
        nullable(longText('listed')),
      ],
      indices: [['run_id', 'kind', 'state']],
    })
    await createTable(runner, {
      name: 'reconcile_finding',
      columns: [
        id(),
        integer('run_id'),
        text('kind', 24),
        // external_userid, chat_id, tag id, userid or state: what it is about.
        text('subject', 190),
        nullable(text('userid')),
        integer('amount'),
        // When it happened at WeCom, where that can be told.
        nullable(instant('since_at')),
        instant('found_at'),
      ],
      indices: [['run_id', 'kind']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['reconcile_finding', 'sync_part', 'sync_run'])
    await createTable(runner, {
      name: 'sync_run',
      columns: [
        primary(text('name', 40)),
        text('state', 12),
        instant('started_at'),
        nullable(instant('finished_at')),
        withDefault(integer('parts'), 0),
        withDefault(integer('parts_done'), 0),
        withDefault(integer('relations'), 0),
      ],
    })
  }
}
