import { expect, test } from 'vitest'
import { createTestKit } from '../../testing/test-kit.ts'
import { receivedThisMonth } from './monthly-limit.ts'
import type { Outcome } from './send-states.ts'
import { SEND_RECIPIENT } from './send-tables.ts'

const NOW = Date.parse('2026-11-22T09:00:00+08:00')

test('only what arrived this month counts: whoever received nothing is not skipped for it', async () => {
  const kit = await createTestKit()
  let run = 0
  const recipient = (externalUserId: string, outcome: Outcome, at: string) => ({
    run_id: ++run,
    external_userid: externalUserId,
    outcome,
    outcome_at: Date.parse(at),
  })
  await kit.db.tx((tx) =>
    tx.insertIgnore(SEND_RECIPIENT, [
      recipient('wmA', 'sent', '2026-11-01T00:00:00+08:00'),
      recipient('wmA', 'sent', '2026-11-20T10:00:00+08:00'),
      recipient('wmA', 'sent', '2026-10-31T23:59:59+08:00'),
      recipient('wmA', 'failed', '2026-11-20T10:00:00+08:00'),
      recipient('wmB', 'failed', '2026-11-20T10:00:00+08:00'),
      recipient('wmB', 'over-limit', '2026-11-21T10:00:00+08:00'),
      recipient('wmB', 'planned', '2026-11-21T10:00:00+08:00'),
      recipient('wmC', 'sent', '2026-11-20T10:00:00+08:00'),
    ]),
  )
  expect(await kit.db.tx((tx) => receivedThisMonth(tx, 'single', ['wmA', 'wmB'], NOW))).toEqual(new Map([['wmA', 2]]))
  expect(await kit.db.tx((tx) => receivedThisMonth(tx, 'single', [], NOW))).toEqual(new Map())
  await kit.close()
})
