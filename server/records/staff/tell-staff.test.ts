import { afterEach, beforeEach, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { createOutbox } from '../../engine/actions/outbox.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { createAlerts } from '../alerts/alerts.ts'
import { STAFF, STAFF_RENAME } from './staff-tables.ts'
import { createTellStaff } from './tell-staff.ts'

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

it('a member gets at most thirty a minute; who was renamed is found and who has left is left out', async () => {
  const { db, clock } = kit
  const outbox = createOutbox({ clock, nudge: () => undefined })
  const wecom = { messages: { send: () => Promise.resolve({}) } }
  const { tell } = createTellStaff({ clock, outbox, wecom, alerts: createAlerts({ clock }) })
  await db.tx(async (tx) => {
    const row = { known_at: 1, is_guide: 0 }
    await tx.insertIgnore(STAFF, [
      { userid: 'boss', state: 'active', ...row },
      { userid: 'gone', state: 'left', ...row },
    ])
    await tx.insert(STAFF_RENAME, { old_userid: 'chief', new_userid: 'boss', renamed_at: 1 })
  })
  const say = (key: string, text = `第 ${key} 条`) =>
    db.tx((tx) => tell(tx, { key, userIds: ['chief', 'boss', 'gone'], text, reason: { text: '测试' } }))
  expect(await say('0')).toEqual(['boss'])
  await say('0')
  for (let key = 1; key < 40; key++) await say(String(key))
  await say('long', '长'.repeat(1_000))

  const rows = await db.tx((tx) =>
    tx.rows(
      raw<{ due_at: number; userid: string; payload: string }>(
        'SELECT due_at, userid, payload FROM action ORDER BY id',
      ),
    ),
  )
  expect(rows).toHaveLength(41)
  for (const { due_at: from } of rows) {
    expect(rows.filter((row) => row.due_at >= from && row.due_at < from + MINUTE_MS).length).toBeLessThanOrEqual(30)
  }
  const texts = rows.map((row) => (JSON.parse(row.payload) as { text: string }).text)
  expect(texts[0]).toBe('第 0 条（11-22 09:00）')
  expect(Buffer.byteLength(texts.at(-1) ?? '')).toBeLessThanOrEqual(2_048)
})
