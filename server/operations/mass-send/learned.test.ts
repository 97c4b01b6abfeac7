import { afterEach, beforeEach, expect, it } from 'vitest'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { learnFrom } from './learned.ts'
import type { Outcome } from './send-states.ts'
import { SEND_RECIPIENT, SEND_RUN } from './send-tables.ts'

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

it('of a large run those are looked at who come first in its key: what was written down first would be a sort of all', async () => {
  const nowMs = kit.clock.now()
  const scheduledAtMs = nowMs - 10 * DAY_MS
  const people = Array.from({ length: 2_001 }, (_, nth) => `wm${String(2_000 - nth).padStart(4, '0')}`)
  const learned = await kit.db.tx(async (tx) => {
    const runId = await tx.insert(SEND_RUN, {
      ...{ send_name: '日常', scheduled_at: scheduledAtMs, rule_version: 'v1', rule_json: '{}', state: 'finished' },
      planned_at: scheduledAtMs,
    })
    const outcome = (id: string): Outcome => (id === 'wm0000' ? 'sent' : 'not-confirmed')
    const rows = people.map((id) => ({ external_userid: id, outcome: outcome(id) }))
    await tx.insertIgnore(
      SEND_RECIPIENT,
      rows.map((row) => ({ ...row, run_id: runId, outcome_at: scheduledAtMs })),
    )
    return learnFrom(tx, { name: '日常', kind: undefined, nowMs })
  })
  // Before anything is known 16 of 20 get it; of 2,000 looked at one did.
  expect([learned.asked, learned.sentShare]).toEqual([2_000, 17 / 2_020])
})
