import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, id, instant, integer, longText, nullable, primary, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Customer groups with their members and codes, invitations into them, and what guides are asked to do. */
export class GroupsRoutingTasks1700000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'chat_group',
      columns: [
        primary(text('chat_id')),
        nullable(longText('name')),
        nullable(text('owner')),
        nullable(longText('notice')),
        nullable(text('pool', 40)),
        nullable(instant('created_at')),
        nullable(instant('dismissed_at')),
        nullable(text('member_version')),
        withDefault(integer('member_count'), 0),
        instant('known_at'),
        nullable(instant('detail_at')),
        nullable(instant('listed_at')),
        // How many changes we heard of, how many of them the stored detail covers, and whether a refresh is on its way.
        withDefault(integer('changes_heard'), 0),
        withDefault(integer('changes_covered'), 0),
        withDefault(flag('refresh_open'), 0),
        // The member list version that the newest event promised, and the one it replaced.
        nullable(text('expected_version')),
        nullable(text('former_version')),
        nullable(instant('expected_at')),
        withDefault(integer('lag_checks'), 0),
      ],
      indices: [['pool'], ['detail_at']],
    })
    await createTable(runner, {
      name: 'chat_member',
      columns: [
        id(),
        text('chat_id'),
        text('member_id'),
        integer('member_type'),
        nullable(longText('name')),
        nullable(integer('join_scene')),
        nullable(text('state', 64)),
        nullable(text('invitor')),
        instant('joined_at'),
        nullable(instant('left_at')),
        nullable(integer('quit_scene')),
        nullable(instant('quit_at')),
      ],
      unique: [['chat_id', 'member_id']],
      indices: [['member_id', 'left_at']],
    })
    await createTable(runner, {
      name: 'join_way',
      columns: [
        primary(text('pool', 40)),
        text('state', 30),
        nullable(text('config_id')),
        nullable(longText('qr_code')),
        nullable(longText('live_as')),
        nullable(text('open_key', 120)),
        withDefault(integer('plans'), 0),
        nullable(longText('trouble')),
        nullable(instant('trouble_at')),
        instant('created_at'),
        instant('changed_at'),
      ],
      unique: [['state']],
    })
    await createTable(runner, {
      name: 'invitation',
      columns: [
        id(),
        text('external_userid'),
        text('userid'),
        text('pool', 40),
        text('reason_key', 190),
        // `pool:customer` while open or waiting, else NULL: the database allows no second one.
        nullable(text('open_slot', 120)),
        text('state', 12),
        text('invited_by', 12),
        nullable(text('task_key', 190)),
        longText('reason'),
        instant('opened_at'),
        instant('lapse_at'),
        // When to look whether the welcome really carried the code; NULL when that is settled or not the question.
        nullable(instant('check_at')),
        nullable(instant('closed_at')),
        nullable(text('chat_id')),
        nullable(longText('close_note')),
      ],
      unique: [['reason_key'], ['open_slot']],
      indices: [['external_userid', 'id'], ['state', 'lapse_at'], ['check_at']],
    })
    await createTable(runner, {
      name: 'pool_standing',
      columns: [id(), text('external_userid'), text('pool', 40), flag('meets'), instant('reviewed_at')],
      unique: [['external_userid', 'pool']],
    })
    await createTable(runner, {
      name: 'guide_task',
      columns: [
        id(),
        text('task_key', 190),
        text('external_userid'),
        text('userid'),
        text('kind', 40),
        longText('title'),
        nullable(text('script_id', 60)),
        nullable(longText('detail')),
        nullable(instant('due_at')),
        text('state', 12),
        instant('opened_at'),
        nullable(instant('closed_at')),
        nullable(longText('outcome')),
        longText('reason'),
        nullable(instant('notified_at')),
      ],
      unique: [['task_key']],
      indices: [
        ['userid', 'state', 'due_at'],
        ['external_userid', 'state'],
      ],
    })
    await createTable(runner, {
      name: 'task_notice',
      columns: [primary(text('userid')), instant('next_at')],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, [
      'task_notice',
      'guide_task',
      'pool_standing',
      'invitation',
      'join_way',
      'chat_member',
      'chat_group',
    ])
  }
}
