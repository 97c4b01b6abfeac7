import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, id, instant, integer, longText, nullable, primary, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Staff, customers and follows, tags, channels, timeline, and how far the first sync has come. */
export class WhatWeKnow1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'staff',
      columns: [
        primary(text('userid')),
        nullable(longText('name')),
        nullable(longText('departments')),
        text('state', 12),
        withDefault(flag('is_guide'), 0),
        nullable(instant('left_at')),
        nullable(instant('detail_at')),
        instant('known_at'),
      ],
    })
    await createTable(runner, {
      name: 'staff_rename',
      columns: [primary(text('old_userid')), text('new_userid'), instant('renamed_at')],
    })
    await createTable(runner, {
      name: 'customer',
      columns: [
        primary(text('external_userid')),
        nullable(longText('name')),
        nullable(longText('avatar')),
        nullable(integer('customer_type')),
        nullable(integer('gender')),
        nullable(longText('corp_name')),
        nullable(text('unionid')),
        nullable(text('first_channel', 60)),
        nullable(text('first_userid')),
        nullable(instant('first_added_at')),
        instant('known_at'),
        nullable(instant('detail_at')),
      ],
      indices: [['unionid'], ['first_channel']],
    })
    await createTable(runner, {
      name: 'customer_phone',
      columns: [id(), text('external_userid'), text('userid'), text('phone_hash', 64)],
      unique: [['external_userid', 'userid', 'phone_hash']],
      indices: [['phone_hash']],
    })
    await createTable(runner, {
      name: 'customer_source',
      columns: [
        id(),
        text('external_userid'),
        text('userid'),
        instant('added_at'),
        nullable(text('channel', 60)),
        nullable(longText('state')),
      ],
      unique: [['external_userid', 'userid', 'added_at']],
    })
    await createTable(runner, {
      name: 'follow',
      columns: [
        id(),
        text('external_userid'),
        text('userid'),
        flag('active'),
        withDefault(flag('half'), 0),
        withDefault(flag('announced'), 0),
        nullable(longText('remark')),
        nullable(longText('description')),
        nullable(longText('state')),
        nullable(text('channel', 60)),
        nullable(integer('add_way')),
        nullable(instant('added_at')),
        nullable(instant('last_add_at')),
        nullable(instant('lost_at')),
        nullable(instant('last_loss_at')),
        nullable(text('lost_by', 12)),
        nullable(instant('detail_at')),
        instant('known_at'),
      ],
      unique: [['external_userid', 'userid']],
      indices: [['userid', 'active', 'external_userid']],
    })
    await createTable(runner, {
      name: 'corp_tag',
      columns: [
        primary(text('tag_id')),
        text('group_id'),
        text('group_name', 100),
        text('tag_name', 100),
        text('path', 201),
        withDefault(integer('group_sort'), 0),
        withDefault(integer('tag_sort'), 0),
        withDefault(flag('ours'), 0),
        instant('seen_at'),
        nullable(instant('gone_at')),
      ],
      indices: [['group_id'], ['path']],
    })
    await createTable(runner, {
      name: 'follow_tag',
      columns: [
        id(),
        text('external_userid'),
        text('userid'),
        text('tag_id'),
        text('set_by', 20),
        nullable(longText('set_reason')),
        instant('set_at'),
      ],
      unique: [['external_userid', 'userid', 'tag_id']],
      indices: [['tag_id', 'external_userid']],
    })
    await createTable(runner, {
      name: 'follow_tag_state',
      columns: [
        id(),
        text('external_userid'),
        text('userid'),
        withDefault(integer('pending'), 0),
        withDefault(flag('wants_refresh'), 0),
        nullable(instant('marked_at')),
      ],
      unique: [['external_userid', 'userid']],
    })
    await createTable(runner, {
      name: 'channel',
      columns: [
        primary(text('name', 60)),
        text('state', 30),
        nullable(text('config_id')),
        nullable(longText('qr_code')),
        nullable(longText('live_as')),
        nullable(longText('trouble')),
        withDefault(integer('tries'), 0),
        instant('created_at'),
        instant('changed_at'),
      ],
      unique: [['state']],
    })
    await createTable(runner, {
      name: 'timeline',
      columns: [
        id(),
        text('dedupe_key', 190),
        text('external_userid'),
        nullable(text('userid')),
        instant('at'),
        text('kind', 40),
        longText('body'),
        nullable(longText('reason')),
      ],
      unique: [['dedupe_key']],
      indices: [['external_userid', 'at', 'id']],
    })
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

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, [
      'sync_run',
      'timeline',
      'channel',
      'follow_tag_state',
      'follow_tag',
      'corp_tag',
      'follow',
      'customer_source',
      'customer_phone',
      'customer',
      'staff_rename',
      'staff',
    ])
  }
}
