import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Db } from '../../core/db/db.ts'
import type { Row, Tx } from '../../core/db/tx.ts'
import { seeded } from '../../core/kernel/seeded.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { insertRows } from '../../testing/insert-rows.ts'
import { compareOutgoing } from './compare-outgoing.ts'
import { openScratch } from './scratch.ts'

/* Two pasts are gone through side by side, a page at a time; where the pages end changes nothing. */

let pasts: [Db, Db]
beforeEach(async () => {
  pasts = [await openScratch(), await openScratch()]
})
afterEach(async () => {
  for (const db of pasts) await db.close()
})

const FROM_MS = Date.parse('2026-11-01T00:00:00+08:00')
const names = new Set(['福利', '上新', '值班'])
const asked = { names, fromMs: FROM_MS, toMs: FROM_MS + 30 * DAY_MS }
const atMs = (day: number): number => FROM_MS + day * DAY_MS + 36_000_000

type Outcome = [whose: string, outcome: string, reason?: string | undefined]
interface Past {
  /** day: who got what; `group`: into groups. */
  sends: { day: number; name?: string; text?: string; group?: boolean; to: Outcome[] }[]
  moments?: { day: number; text: string }[]
  duties?: { day: number; userId: string; title: string }[]
}

async function live(db: Db, { sends, moments = [], duties = [] }: Past): Promise<void> {
  await db.tx(async (tx) => {
    for (const [nth, { day, name = '福利', text = '半价', group = false, to }] of sends.entries()) {
      const run = { id: nth + 1, send_name: name, chat_type: group ? 'group' : 'single', scheduled_at: atMs(day) }
      const rule = { rule_version: 'v', rule_json: JSON.stringify({ content: { text } }), state: 'finished' }
      await insertRows(tx, 'send_run', [{ ...run, ...rule, planned_at: atMs(day) }])
      const whose = group ? 'chat_id' : 'external_userid'
      const rows = to.map(
        ([id, outcome, reason]): Row => ({ run_id: nth + 1, [whose]: id, outcome, reason: reason ?? null }),
      )
      if (rows.length > 0) await insertRows(tx, group ? 'send_group' : 'send_recipient', rows)
    }
    await addOthers(tx, moments, duties)
  })
}

async function addOthers(tx: Tx, moments: NonNullable<Past['moments']>, duties: NonNullable<Past['duties']>) {
  for (const { day, text } of moments) {
    const rule = { rule_version: 'v', rule_json: JSON.stringify({ content: { text } }), state: 'finished' }
    const run = { moment_name: '上新', scheduled_at: atMs(day), planned_at: atMs(day), ...rule }
    await insertRows(tx, 'moment_run', [run])
  }
  for (const [nth, { day, userId, title }] of duties.entries()) {
    const duty = { duty_key: `${nth}`, duty_name: '值班', userid: userId, title, group_names: '', group_count: 1 }
    await insertRows(tx, 'duty', [{ ...duty, due_at: atMs(day) + 3_600_000, state: 'open', opened_at: atMs(day) }])
  }
}

/** What both have to say, and how many rows each statement gave. */
async function compared(page: number) {
  const read: number[] = []
  const [older, newer] = pasts
  const watched = (tx: Pick<Tx, 'rows'>) => ({
    ...tx,
    rows: async (...query: Parameters<Tx['rows']>) => {
      const rows = await tx.rows(...query)
      read.push(rows.length)
      return rows
    },
  })
  const answer = await older.view((was) =>
    newer.view((is) => compareOutgoing({ older: watched(was) as Tx, newer: watched(is) as Tx }, asked, page)),
  )
  return { answer, read }
}

it('tells how often each thing was, who is treated differently in the order of time, and from where on', async () => {
  const [older, newer] = pasts
  await live(older, {
    sends: [
      { day: 0, name: '别的', to: [['wm1', 'sent']] },
      {
        day: 2,
        to: [
          ['wm9', 'sent'],
          ['wm2', 'sent'],
          ['wm3', 'excluded', '次数已满'],
        ],
      },
      {
        day: 1,
        to: [
          ['wm5', 'sent'],
          ['wm2', 'sent'],
        ],
      },
      { day: 31, to: [['wm2', 'failed']] },
      {
        day: 3,
        group: true,
        to: [
          ['wr2', 'sent'],
          ['wr😀', 'sent'],
          ['wr﹏', 'sent'],
        ],
      },
    ],
    moments: [{ day: 4, text: '专场' }],
    duties: [{ day: 5, userId: 'lisi', title: '看库存' }],
  })
  await live(newer, {
    sends: [
      {
        day: 1,
        to: [
          ['wm5', 'held-out'],
          ['wm2', 'sent'],
        ],
      },
      {
        day: 2,
        text: '七折',
        to: [
          ['wm9', 'sent'],
          ['wm1', 'sent'],
          ['wm3', 'excluded', '次数已满'],
        ],
      },
      {
        day: 3,
        group: true,
        to: [
          ['wr2', 'sent'],
          ['wr😀', 'sent'],
        ],
      },
    ],
    moments: [{ day: 4, text: '专场' }],
    duties: [{ day: 5, userId: 'zhangsan', title: '看库存' }],
  })
  const { answer } = await compared(10_000)
  expect(answer).toEqual({
    counts: {
      older: new Map([
        ['2026-11-02 10:00 群发「福利」：已送达', 2],
        ['2026-11-03 10:00 群发「福利」：已排除', 1],
        ['2026-11-03 10:00 群发「福利」：已送达', 2],
        ['2026-11-04 10:00 群发「福利」：已送达', 3],
        ['2026-11-05 10:00 朋友圈「上新」', 1],
        ['2026-11-06 10:00 待办「值班」', 1],
      ]),
      newer: new Map([
        ['2026-11-02 10:00 群发「福利」：对照组', 1],
        ['2026-11-02 10:00 群发「福利」：已送达', 1],
        ['2026-11-03 10:00 群发「福利」：已排除', 1],
        ['2026-11-03 10:00 群发「福利」：已送达', 2],
        ['2026-11-04 10:00 群发「福利」：已送达', 2],
        ['2026-11-05 10:00 朋友圈「上新」', 1],
        ['2026-11-06 10:00 待办「值班」', 1],
      ]),
    },
    changed: {
      customers: {
        ids: ['wm2', 'wm5', 'wm9', 'wm1'],
        examples: [
          {
            id: 'wm2',
            older: ['2026-11-02 10:00 群发「福利」：已送达「半价」', '2026-11-03 10:00 群发「福利」：已送达「半价」'],
            newer: ['2026-11-02 10:00 群发「福利」：已送达「半价」'],
          },
          {
            id: 'wm5',
            older: ['2026-11-02 10:00 群发「福利」：已送达「半价」'],
            newer: ['2026-11-02 10:00 群发「福利」：对照组'],
          },
          {
            id: 'wm9',
            older: ['2026-11-03 10:00 群发「福利」：已送达「半价」'],
            newer: ['2026-11-03 10:00 群发「福利」：已送达「七折」'],
          },
          { id: 'wm1', older: ['什么也没有'], newer: ['2026-11-03 10:00 群发「福利」：已送达「七折」'] },
        ],
      },
      groups: {
        ids: ['wr﹏'],
        examples: [{ id: 'wr﹏', older: ['2026-11-04 10:00 群发「福利」：已送达「半价」'], newer: ['什么也没有'] }],
      },
      moments: { ids: [], examples: [] },
      staff: {
        ids: ['lisi', 'zhangsan'],
        examples: [
          { id: 'lisi', older: ['2026-11-06 10:00 待办「值班」：看库存，2026-11-06 11:00 前'], newer: ['什么也没有'] },
          {
            id: 'zhangsan',
            older: ['什么也没有'],
            newer: ['2026-11-06 10:00 待办「值班」：看库存，2026-11-06 11:00 前'],
          },
        ],
      },
    },
  })
})

it.each([1, 2, 3])('a page at a time is read, and its size changes nothing (past %s)', async (seed) => {
  const draw = seeded(seed)
  const ids = Array.from({ length: 60 }, (_, nth) => `wm${nth}${['', '﹏', '😀'][nth % 3] ?? ''}`)
  const some = (share: number): Outcome[] =>
    ids
      .filter(() => draw() < share)
      .map((id) => [id, draw() < 0.7 ? 'sent' : 'failed', draw() < 0.2 ? '停用' : undefined])
  const past = (): Past => ({
    sends: Array.from({ length: 8 }, (_, day) => ({ day, group: day % 3 === 0, to: some(0.6) })),
    moments: Array.from({ length: 5 }, (_, day) => ({ day, text: draw() < 0.5 ? '早' : '晚' })),
    duties: Array.from({ length: 40 }, (_, day) => ({
      day: day % 9,
      userId: `g${day % 7}`,
      title: draw() < 0.5 ? '甲' : '乙',
    })),
  })
  for (const db of pasts) await live(db, past())
  const whole = await compared(1_000_000)
  // No page is so small that the most that came to one would not fit: five runs, five moments, six to-dos.
  for (const page of [6, 7, 25, 100]) {
    const { answer, read } = await compared(page)
    expect(answer).toEqual(whole.answer)
    expect([...answer.counts.older.keys()]).toEqual([...whole.answer.counts.older.keys()])
    expect(Math.max(...read)).toBeLessThanOrEqual(page)
  }
  expect(Math.max(...whole.read)).toBeGreaterThan(100)
  expect(whole.answer.changed.customers.ids.length).toBeGreaterThan(10)
  expect(whole.answer.changed.customers.examples).toHaveLength(10)
})
