import { afterEach, beforeEach, expect, it } from 'vitest'
import { pick, sql } from '../../core/db/sql.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { renameGuideOfTags } from './follow-tag-store.ts'
import { FOLLOW_TAG, FOLLOW_TAG_STATE } from './tag-tables.ts'

let kit: TestKit
const tag = (external_userid: string, userid: string, tag_id: string) => ({
  external_userid,
  userid,
  tag_id,
  set_by: 'rule' as const,
  set_at: 1,
})
beforeEach(async () => {
  kit = await createTestKit()
  await kit.db.tx(async (tx) => {
    await tx.insertIgnore(FOLLOW_TAG, [
      tag('wmA', 'old', 'vip'),
      tag('wmA', 'new', 'vip'),
      tag('wmA', 'old', 'beef'),
      tag('wmB', 'old', 'vip'),
      tag('wmB', 'other', 'vip'),
      tag('wmC', 'other', 'vip'),
    ])
    await tx.insertIgnore(
      FOLLOW_TAG_STATE,
      ['wmA/old', 'wmA/new', 'wmB/old', 'wmC/other'].map((pair) => {
        const [external_userid = '', userid = ''] = pair.split('/')
        return { external_userid, userid }
      }),
    )
  })
})
afterEach(() => kit.close())

it('takes over what the former userid had, keeps what the new one had, and leaves the others theirs', async () => {
  for (let turn = 0; turn < 2; turn++) {
    await kit.db.tx((tx) => renameGuideOfTags(tx, 'old', 'new'))
    const { tags, states } = await kit.db.tx(async (tx) => ({
      tags: await tx.rows(sql`SELECT ${pick(FOLLOW_TAG, 'external_userid', 'userid', 'tag_id')} FROM ${FOLLOW_TAG}`),
      states: await tx.rows(
        sql`SELECT ${pick(FOLLOW_TAG_STATE, 'external_userid', 'userid')} FROM ${FOLLOW_TAG_STATE}`,
      ),
    }))
    expect(tags.map((one) => `${one.external_userid}/${one.userid}/${one.tag_id}`).sort()).toEqual([
      'wmA/new/beef',
      'wmA/new/vip',
      'wmB/new/vip',
      'wmB/other/vip',
      'wmC/other/vip',
    ])
    expect(states.map((one) => `${one.external_userid}/${one.userid}`).sort()).toEqual([
      'wmA/new',
      'wmB/new',
      'wmC/other',
    ])
  }
})
