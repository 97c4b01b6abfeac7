import { afterAll, beforeAll, expect, it } from 'vitest'
import { facts } from '../../capabilities/facts.ts'
import { conditionOf } from '../../rules/condition/parse-condition.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { CUSTOMER } from '../customers/customer-tables.ts'
import { CORP_TAG, FOLLOW_TAG } from './tag-tables.ts'

let kit: TestKit
beforeAll(async () => {
  kit = await createTestKit()
  const tag = (tag_id: string, path: string, gone_at: number | null = null) => ({
    ...{
      tag_id,
      path,
      gone_at,
      group_id: 'eg',
      group_name: path.split('/')[0] ?? '',
      tag_name: path.split('/')[1] ?? '',
    },
    seen_at: 0,
  })
  const put = (external_userid: string, tag_id: string, userid = 'lin') => ({
    ...{ external_userid, userid, tag_id, set_by: 'wecom' as const, set_at: 0 },
  })
  await kit.db.tx(async (tx) => {
    await tx.insertIgnore(
      CUSTOMER,
      ['wmA', 'wmB', 'wmC', 'wmD', 'wmE'].map((external_userid) => ({ external_userid, known_at: 0 })),
    )
    await tx.insertIgnore(CORP_TAG, [
      // One name twice, as a second group of that name has it.
      ...[tag('et1', '口味/VIP'), tag('et2', '口味/VIP')],
      ...[tag('et3', '口味/VIP', 5), tag('et4', '口味/vip'), tag('et5', '口味/VIP '), tag('et6', '口味/西冷')],
    ])
    await tx.insertIgnore(FOLLOW_TAG, [
      // Of two guides.
      ...[put('wmA', 'et1'), put('wmA', 'et1', 'zhou'), put('wmA', 'et6')],
      put('wmB', 'et2'),
      // Gone, of another case, with a space behind it.
      ...[put('wmC', 'et3'), put('wmD', 'et4'), put('wmE', 'et5')],
    ])
  })
})
afterAll(() => kit.close())

it.each([
  [{ any: ['口味/VIP'] }, ['wmA', 'wmB']],
  [{ any: ['口味/VIP', '口味/vip'] }, ['wmA', 'wmB', 'wmD']],
  [{ all: ['口味/VIP', '口味/西冷'] }, ['wmA']],
  [{ none: ['口味/VIP'] }, ['wmC', 'wmD', 'wmE']],
  [{ any: ['口味/VIP '] }, ['wmE']],
  [{ any: ['口味/没有'] }, []],
  [{ none: ['口味/没有'] }, ['wmA', 'wmB', 'wmC', 'wmD', 'wmE']],
])('the tags %j are listed and counted alike', async (tags, who) => {
  const condition = conditionOf({ tags }, facts.list)
  await kit.db.tx(async (tx) => {
    expect(await facts.audience(tx, condition, 0, { limit: 10 })).toEqual(who)
    expect(await facts.count(tx, condition, 0)).toBe(who.length)
  })
})
