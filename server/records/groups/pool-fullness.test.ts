import { expect, test } from 'vitest'
import type { Pool } from '../../rules/book/rule-book.ts'
import { EMPTY_BOOK } from '../../rules/rule-book-holder.ts'
import { createTestKit } from '../../testing/test-kit.ts'
import { CHAT_GROUP } from './group-tables.ts'
import { poolFullness } from './pool-fullness.ts'

const pool: Pool = {
  name: '付费群',
  version: 'v1',
  file: 'groups/付费群.yaml',
  value: { pool: '付费群', role: 'paid', groups: { namePrefix: '付费' }, capacity: 200, inviteBy: 'task', entry: {} },
  entry: { kind: 'all', of: [] },
}
const book = { ...EMPTY_BOOK, pools: new Map([['付费群', pool]]) }

test('a group with more members than the rule allows does not eat the room of the others', async () => {
  const kit = await createTestKit()
  const group = (chatId: string, members: number, name: string, change: { dismissed_at?: number } = {}) => ({
    chat_id: chatId,
    pool: name,
    member_count: members,
    created_at: 1,
    known_at: 1,
    detail_at: 1,
    dismissed_at: null,
    ...change,
  })
  await kit.db.tx((tx) =>
    tx.insertIgnore(CHAT_GROUP, [
      group('overfull', 240, '付费群'),
      group('full', 200, '付费群'),
      group('open', 150, '付费群'),
      group('dismissed', 10, '付费群', { dismissed_at: 2 }),
      group('other', 10, '科普群'),
    ]),
  )
  expect(await kit.db.tx((tx) => poolFullness(tx, book, '付费群'))).toMatchObject({
    groups: 3,
    members: 590,
    capacity: 200,
    room: 50,
  })
  expect(await kit.db.tx((tx) => poolFullness(tx, book, '没有的群'))).toBeUndefined()
  await kit.close()
})
