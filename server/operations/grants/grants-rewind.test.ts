import { afterEach, beforeEach, expect, it } from 'vitest'
import { pick, sql } from '../../core/db/sql.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { SHOP_GRANT as g } from './grant-tables.ts'
import { createGrantsRewind } from './grants-rewind.ts'

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

const AT = 3
const gift = { external_userid: 'wmA', userid: 'u', shop: 's', coupon: '1', name: 'x', reason: '{}' }
const more = { lapses_at: 9, looks: 1, asks_guide: 0 as const, member: 'm', held_before: '0', why: 'w' }

it('what ended later is on its way again, with its try where that was before; what was asked for later is not', async () => {
  const rows = [
    { grant_key: 'ended later', state: 'given', asked_at: 1, tried_at: 2, ended_at: 5 },
    { grant_key: 'tried later', state: 'unsure', asked_at: 1, tried_at: 4, ended_at: 5 },
    { grant_key: 'ended before', state: 'refused', asked_at: 1, tried_at: 2, ended_at: 2 },
    { grant_key: 'open', state: 'nobody', asked_at: 1, tried_at: null, ended_at: null },
    { grant_key: 'asked later', state: 'asked', asked_at: 4, tried_at: null, ended_at: null },
  ] as const
  const { db } = kit
  await db.tx((tx) =>
    tx.insertIgnore(
      g,
      rows.map((row) => ({ ...gift, ...more, ...row })),
    ),
  )
  for (const _ of ['', 'twice']) {
    await db.tx((tx) => createGrantsRewind().turnBack(tx, AT, []))
    const found = await db.tx((tx) =>
      tx.rows(
        sql`SELECT ${pick(g, 'grant_key', 'state', 'tried_at', 'member', 'ended_at', 'why')} FROM ${g} ORDER BY ${g.id}`,
      ),
    )
    expect(found.map((row) => [row.grant_key, row.state, row.tried_at, row.member, row.ended_at, row.why])).toEqual([
      ['ended later', 'asked', 2, 'm', null, null],
      ['tried later', 'asked', null, null, null, null],
      ['ended before', 'refused', 2, 'm', 2, 'w'],
      ['open', 'nobody', null, 'm', null, 'w'],
    ])
  }
})
