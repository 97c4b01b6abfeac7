import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, id, instant, integer, longText, nullable, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Handovers: what was asked for, each customer's and group's way to the new guide, and who waits without a guide. */
export class Handover1700000000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'handover',
      columns: [
        id(),
        text('from_userid'),
        flag('departed'),
        nullable(longText('message')),
        longText('wish'),
        instant('created_at'),
      ],
    })
    await createTable(runner, {
      name: 'handover_customer',
      columns: [
        id(),
        integer('handover_id'),
        integer('part'),
        text('external_userid'),
        text('from_userid'),
        text('to_userid'),
        text('state', 12),
        // The customer while under way, else NULL: the database allows no second one.
        nullable(text('open_customer')),
        nullable(integer('errcode')),
        nullable(longText('reason')),
        nullable(instant('asked_at')),
        nullable(instant('takeover_at')),
        nullable(instant('poll_at')),
        nullable(instant('ended_at')),
      ],
      unique: [['open_customer']],
      indices: [
        ['handover_id', 'part', 'state'],
        ['state', 'poll_at'],
        ['external_userid', 'id'],
        ['from_userid', 'to_userid', 'state'],
      ],
    })
    await createTable(runner, {
      name: 'handover_group',
      columns: [
        id(),
        integer('handover_id'),
        integer('part'),
        text('chat_id'),
        text('from_userid'),
        text('to_userid'),
        text('state', 12),
        nullable(text('open_chat')),
        nullable(longText('reason')),
        // When it is asked for: a member takes a limited number of groups a day.
        instant('due_at'),
        nullable(instant('ended_at')),
      ],
      unique: [['open_chat']],
      indices: [
        ['handover_id', 'part', 'state'],
        ['to_userid', 'due_at'],
        ['chat_id', 'id'],
      ],
    })
    await createTable(runner, {
      name: 'unassigned_customer',
      columns: [id(), text('userid'), text('external_userid'), nullable(instant('left_at')), instant('seen_at')],
      unique: [['userid', 'external_userid']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['unassigned_customer', 'handover_group', 'handover_customer', 'handover'])
  }
}
