import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sendsProgram } from '../../cli/sends.ts'
import { sql } from '../../core/db/sql.ts'
import { shanghaiParts, startOfShanghaiMonth } from '../../core/kernel/shanghai.ts'
import { insertRows } from '../../testing/insert-rows.ts'
import { runCommand } from '../../testing/run-command.ts'
import { RECIPIENT_TABLES } from './recipients-of.ts'
import type { ChatType } from './send-states.ts'
import { type GroupScene, openGroupScene } from './testing/group-scene.ts'

const CUSTOMERS = Array.from({ length: 24 }, (_, n) => `wm${n}`)
const GROUPS = Array.from({ length: 10 }, (_, n) => `付费群${n}`)
const SENDS = `
send: 发给人
audience: { follow.active: true }
content: { text: 好 }
cron: "0 10 * * *"
---
send: 发到群
to: groups
audience: { group.pool: 付费群 }
content: { text: 好 }
cron: "0 10 * * *"
`

/** Shorter than the quota that the server is told of, so that it asks for everybody and WeCom says who has had the share of the month. */
const MONTHS = ['2026-11', '2027-02', '2027-04', '2027-06', '2027-09', '2027-11', '2028-02', '2028-04']

let scene: GroupScene
beforeAll(async () => {
  const env = { MASS_SEND_PER_CUSTOMER: '31', MASS_SEND_PER_GROUP: '31' }
  scene = await openGroupScene({ now: '2026-11-01T09:00:00+08:00', sends: SENDS, env })
  await scene.befriend('zhangsan', ...CUSTOMERS.slice(0, 13))
  await scene.befriend('lisi', ...CUSTOMERS.slice(13))
  await scene.open(Object.fromEntries(GROUPS.map((name, n) => [name, n % 3 === 0 ? 'lisi' : 'zhangsan'])))
})
afterAll(() => scene.close())

interface World {
  /** The next of the months, or another day of the same one. */
  isNewMonth: boolean
  /** Of each customer, then each group: what arrived this month, what arrived before it, what did not arrive. */
  had: [arrived: number, before: number, missed: number][]
}
/** Most have nothing, or a place left, or just none. */
const arrived = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: 26, max: 31 }) },
)
const worlds = fc.record<World>({
  isNewMonth: fc.boolean(),
  had: fc.array(fc.tuple(arrived, fc.integer({ min: 0, max: 31 }), fc.integer({ min: 0, max: 31 })), {
    minLength: CUSTOMERS.length + GROUPS.length,
    maxLength: CUSTOMERS.length + GROUPS.length,
  }),
})

/** What is stored of earlier sends, and what WeCom has counted of them. */
async function live({ had }: World, most: number): Promise<void> {
  const monthMs = startOfShanghaiMonth(scene.clock.now())
  const { year, month } = shanghaiParts(scene.clock.now())
  const { received } = scene.sandbox.world
  await scene.db.tx(async (tx) => {
    for (const table of RECIPIENT_TABLES) await tx.run(sql`DELETE FROM ${table}`)
    for (const [index, [own, before, missed]] of had.entries()) {
      const group = GROUPS[index - CUSTOMERS.length]
      const chatType: ChatType = group === undefined ? 'single' : 'group'
      const id = group === undefined ? (CUSTOMERS[index] ?? '') : `wr-${group}`
      const count = Math.min(own, most)
      received.set(id, { period: `${year}-${month}`, count })
      const row = (n: number, outcome: string, outcome_at: number) => ({
        ...{ run_id: 1_000_000 + n, outcome, outcome_at, note_due: 0 },
        [chatType === 'group' ? 'chat_id' : 'external_userid']: id,
      })
      const rows = [
        ...Array.from({ length: count }, (_, n) => row(n, 'sent', monthMs + n)),
        ...Array.from({ length: before }, (_, n) => row(100 + n, 'sent', monthMs - 1 - n)),
        ...Array.from({ length: missed }, (_, n) =>
          row(200 + n, ['not-confirmed', 'over-limit', 'failed'][n % 3] ?? '', monthMs + n),
        ),
      ]
      if (rows.length > 0) await insertRows(tx, chatType === 'group' ? 'send_group' : 'send_recipient', rows)
    }
  })
}

interface Planned {
  total: number
  excluded: { zh: string; many: number }[]
}
/** What the command says of it now, by the quota of WeCom. */
async function planOf(name: string): Promise<Planned> {
  const { out } = await runCommand(sendsProgram, ['plan', name, '--json'], { ...scene, env: {} })
  return JSON.parse(out) as Planned
}
const countOf = async (table: string, outcome: string): Promise<number> => {
  const [row] = await scene.rawRows<{ n: number }>(
    `SELECT COUNT(*) AS n FROM ${table} WHERE run_id < 1000000 AND outcome = '${outcome}'`,
  )
  return Number(row?.n)
}

it('who is foreseen to have had the share of the month is exactly who WeCom refuses, customers and groups', async () => {
  let [foreseen, refused] = [0, 0]
  let [monthNo, day] = [0, 1]
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      if (world.isNewMonth && monthNo < MONTHS.length - 1) [monthNo, day] = [monthNo + 1, 1]
      else day += 1
      const date = `${MONTHS[monthNo]}-${String(day).padStart(2, '0')}`
      scene.clock.set(Date.parse(`${date}T09:50:00+08:00`))
      const { year, month } = shanghaiParts(scene.clock.now())
      const most = new Date(Date.UTC(year, month, 0)).getUTCDate()
      await live(world, most)
      const planned = [await planOf('发给人'), await planOf('发到群')]
      scene.clock.set(Date.parse(`${date}T10:00:00+08:00`))
      await scene.wait(1)
      for (const userId of ['zhangsan', 'lisi']) await scene.confirmAll(userId)
      await scene.wait(6)
      const full = planned.map(({ excluded }) =>
        excluded.filter(({ zh }) => zh.startsWith('本月群发次数已满')).reduce((sum, { many }) => sum + many, 0),
      )
      expect([await countOf('send_recipient', 'over-limit'), await countOf('send_recipient', 'sent')]).toEqual([
        full[0],
        planned[0]?.total,
      ])
      // Of groups WeCom lists only which got it.
      const groupsSent = await countOf('send_group', 'sent')
      expect([GROUPS.length - groupsSent, groupsSent]).toEqual([full[1], planned[1]?.total])
      foreseen += (full[0] ?? 0) + (full[1] ?? 0)
      refused += GROUPS.length - groupsSent + (await countOf('send_recipient', 'over-limit'))
    }),
    { numRuns: 12, seed: 15, endOnFailure: true },
  )
  expect(foreseen).toBe(refused)
  expect(foreseen).toBeGreaterThan(20)
}, 240_000)
