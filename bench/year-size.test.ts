import { expect, it } from 'vitest'
import { insertRows } from '../server/testing/insert-rows.ts'
import { createTestKit } from '../server/testing/test-kit.ts'
import type { Figure } from './report.ts'
import { measureSize } from './year-size.ts'

it.runIf(process.env.TEST_MYSQL_URL)('the room that tables take is that of now, with each row counted', async () => {
  const kit = await createTestKit()
  try {
    // As a server that has not come to look at a table again.
    await kit.db.source.query('ALTER TABLE inbound_event STATS_AUTO_RECALC=0')
    await kit.db.source.query('ANALYZE TABLE inbound_event')
    const rows = Array.from({ length: 3_001 }, (_, nth) => ({
      ...{ dedupe_key: `k${nth}`, kind: 'order.paid', lane: 1, payload: 'x'.repeat(4_000), state: 'done' },
      ...{ event_at: 1, received_at: 1, due_at: 1 },
    }))
    await kit.db.tx((tx) => insertRows(tx, 'inbound_event', rows))
    const figures: Figure[] = []
    const filled = { customers: 10 } as Parameters<typeof measureSize>[1]
    await measureSize(kit.db, filled, { has: () => false, add: (_name, figure) => void figures.push(figure) })
    const line = figures[0]?.table?.find((one) => one.startsWith('| inbound_event |')) ?? ''
    const [, , count, , perRow] = line.split('|').map((cell) => cell.trim())
    expect(count).toBe('3001')
    expect(Number(perRow?.split(' ')[0])).toBeGreaterThan(4_000)
  } finally {
    await kit.close()
  }
})
