import { afterEach, describe, expect, it } from 'vitest'
import { sopProgram } from '../../../cli/sop.ts'
import { raw } from '../../../core/db/sql.ts'
import { DAY_MS, HOUR_MS } from '../../../core/kernel/shanghai.ts'
import { SHOP_ORDER } from '../../../records/orders/order-tables.ts'
import { runCommand } from '../../../testing/run-command.ts'
import { SOP_ENTRY, SOP_SPLIT } from '../sop-tables.ts'
import { openSopScene, type SopScene } from '../testing/sop-scene.ts'

let t: SopScene
afterEach(() => t.close())

const command = (...words: string[]) => runCommand(sopProgram, words, t)
const linesOf = async (...words: string[]): Promise<string[]> => (await command(...words)).out.split('\n')

const SPLIT = `
sop: after-order
name: 裂变还是券
trigger: customer.added
steps:
  - split:
      experiment: 裂变还是券
      arms:
        - { arm: 发券, weight: 50, do: [ { task: { for: guide, title: 发一张券 } } ] }
        - { arm: 裂变, weight: 50, do: [ { task: { for: guide, title: 请他带朋友 } } ] }
goal: order.paid
`

/** So many more people who drew an arm just now, of whom so many will reach the goal within two days. */
async function people(arm: string, count: number, goals: number): Promise<void> {
  const [release] = await t.rawRows<{ version: string }>('SELECT version FROM sop_release ORDER BY id DESC LIMIT 1')
  const version = release?.version ?? ''
  const now = t.clock.now()
  await t.db.tx(async (tx) => {
    const newest = await tx.row(raw<{ id: number }>('SELECT COALESCE(MAX(id), 0) AS id FROM sop_entry'))
    const ids = Array.from({ length: count }, (_, index) => (newest?.id ?? 0) + index + 1)
    const common = { sop: 'after-order', version, userid: 'zhangsan' }
    await tx.insertIgnore(
      SOP_ENTRY,
      ids.map((id, index) => ({
        ...common,
        id,
        external_userid: `p${id}`,
        entry_key: `p${id}`,
        state: 'finished',
        position: '1',
        entered_at: now,
        goal_at: index < goals ? now + 2 * DAY_MS : null,
      })),
    )
    await tx.insertIgnore(
      SOP_SPLIT,
      ids.map((id) => ({
        ...common,
        entry_id: id,
        position: '0',
        experiment: '裂变还是券',
        arm,
        external_userid: `p${id}`,
        at: now,
      })),
    )
  })
}

describe('an experiment', () => {
  it('says how many there are to wait for, names a winner on enough evidence, and forgets no look', async () => {
    t = await openSopScene({ sop: SPLIT })
    await people('发券', 3000, 300)
    await people('裂变', 3000, 312)
    expect(await linesOf('experiment', 'after-order')).toContain(
      '  裂变 和 发券：人还不够，先不判断（各组合计要有 200 人满期限，再等 200 人）。',
    )
    await t.advance(7 * DAY_MS)
    const [head, coupons, fission, verdict] = await linesOf('experiment', 'after-order')
    expect(head).toBe('实验「裂变还是券」（按客户分组；分组后 7 天内达成算数）')
    expect(coupons).toBe('  发券  分到 3000 人，满期限 3000 人，达成 300 人，10.0%（95% 区间 9.0% 到 11.1%）')
    expect(fission).toContain('达成 312 人，10.4%')
    expect(verdict).toMatch(
      /^ {2}裂变 和 发券：人还不够，看不出（差 \+0.4 个百分点，真实的差在 −\d\.\d 到 \+\d\.\d 之间，p = 1.000）。要看出值得在意的差别（10\.2% 和 12\.2%），两组合计再等约 \d+ 人满期限。$/,
    )

    await people('发券', 2000, 200)
    await people('裂变', 2000, 320)
    await t.advance(7 * DAY_MS)
    await t.advance(HOUR_MS)
    expect((await linesOf('experiment', 'after-order'))[3]).toMatch(/^ {2}裂变 比 发券 好（差 \+2\.6 个百分点/)
    // The hourly look has seen it: what comes later takes nothing of it back.
    await t.db.tx((tx) => tx.run(raw(`UPDATE sop_entry SET goal_at = NULL WHERE id > 8000 AND id % 3 = 0`)))
    for (let look = 0; look < 3; look++) {
      expect((await linesOf('experiment', 'after-order'))[3]).toMatch(/裂变 比 发券 好.*足够的证据是早先看到的/)
    }
    const [look] = await t.rawRows<{ looks: number; proven_at: number | null }>('SELECT looks, proven_at FROM sop_look')
    expect(Number(look?.looks)).toBeGreaterThan(3)
    expect(look?.proven_at).not.toBeNull()
    // Another window is a question of its own, without that memory.
    expect((await linesOf('experiment', 'after-order', '--days', '1'))[1]).toContain('达成 0 人')
  })

  it('compares what each person bought in the time after the draw, and leaves out what came before and after', async () => {
    t = await openSopScene({ sop: SPLIT })
    await people('发券', 400, 0)
    await people('裂变', 400, 0)
    const drawnAt = t.clock.now()
    const bought = (nth: number, fen: number, atMs: number) => ({
      ...{
        order_id: `o${nth}-${atMs}`,
        source: '商城',
        status: 'paid' as const,
        external_userid: `p${nth}`,
        total_fen: fen,
      },
      ...{ created_at: atMs, paid_at: atMs },
    })
    const each = Array.from({ length: 100 }, (_, n) => n)
    await t.db.tx((tx) =>
      tx.insertIgnore(SHOP_ORDER, [
        ...each.map((n) => bought(n + 1, 10_000 + n, drawnAt + DAY_MS)),
        ...each.map((n) => bought(n + 401, 20_000 + n, drawnAt + DAY_MS)),
        // One large buyer does not decide.
        bought(300, 900_000_000, drawnAt + DAY_MS),
        bought(201, 5_000_000, drawnAt - 1),
        bought(202, 5_000_000, drawnAt + 7 * DAY_MS),
        // Of nobody in it.
        bought(9_000, 5_000_000, drawnAt + DAY_MS),
      ]),
    )
    expect((await command('experiment', 'after-order')).out).not.toContain('每人金额')
    await t.advance(7 * DAY_MS)
    const lines = await linesOf('experiment', 'after-order')
    expect(lines.find((line) => line.includes('每人订单'))).toMatch(
      /发券 0\.25 单，裂变 0\.25 单，差 -0\.00 单（真实的差在/,
    )
    expect(lines.find((line) => line.includes('每人金额'))).toMatch(
      /^ {2}每人金额：发券 25\.63 元，裂变 50\.12 元，差 24\.50 元（真实的差在 \d+\.\d\d 到 \d+\.\d\d 元之间，多了；任何时候看都算数；一位最多按 200\.\d\d 元算，免得一两位大户说了算）$/,
    )
    const { experiments } = JSON.parse((await command('experiment', 'after-order', '--json')).out)
    expect(experiments[0].bought).toMatchObject([{ arm: '裂变', fen: { interval: { low: expect.any(Number) } } }])
  })

  it('counts money over the very people whose goals it counts: who was erased bought nothing there', async () => {
    t = await openSopScene({ sop: SPLIT })
    await people('发券', 400, 0)
    await people('裂变', 400, 0)
    const paidAt = t.clock.now() + DAY_MS
    const bought = (nth: number, fen: number) => ({
      ...{ order_id: `o${nth}`, source: '商城', status: 'paid' as const, external_userid: `p${nth}`, total_fen: fen },
      ...{ created_at: paidAt, paid_at: paidAt },
    })
    const each = Array.from({ length: 100 }, (_, n) => n + 1)
    const gone = [...each.slice(0, 5), ...each.slice(5).map((n) => 100 + n), ...each.map((n) => 500 + n)].map(
      (n) => `p${n}`,
    )
    await t.db.tx(async (tx) => {
      await tx.insertIgnore(SHOP_ORDER, [
        ...each.map((n) => bought(n, 10_000)),
        ...each.map((n) => bought(400 + n, 10_000)),
      ])
      // Their entries are gone, what they drew is still there.
      await tx.run(raw(`DELETE FROM sop_entry WHERE external_userid IN (${gone.map(() => '?').join(', ')})`, gone))
    })
    await t.advance(7 * DAY_MS)
    const lines = await linesOf('experiment', 'after-order')
    expect(lines.find((line) => line.startsWith('  发券'))).toContain('分到 300 人，满期限 300 人')
    // 95 of 300, and 100 of 300.
    expect(lines.find((line) => line.includes('每人金额'))).toMatch(/发券 31\.67 元，裂变 33\.33 元/)
  })

  it('is not judged when the arms were not filled as drawn, and leaves out who drew before its arms were changed', async () => {
    t = await openSopScene({ sop: SPLIT })
    await people('发券', 3300, 330)
    await people('裂变', 3000, 600)
    await t.advance(7 * DAY_MS)
    expect((await linesOf('experiment', 'after-order'))[3]).toBe(
      '  分组人数不对：来了 3300 : 3000，应该是 50 : 50（p < 0.001）。分组坏了，先查原因，不下结论。',
    )
    t.writeConfig({ 'sop/first.yaml': SPLIT.replace('arm: 裂变, weight: 50', 'arm: 裂变, weight: 40') })
    expect(await linesOf('check', t.configDir)).toContain(
      '提醒：sop/first.yaml 实验「裂变还是券」已经分过组，现在改了（发券 50，裂变 50 → 发券 50，裂变 40）：有的客户会换组，以前的人不再算数。换一个实验名字更清楚',
    )
    await t.huoshui.rules.check()
    const result = await command('experiment', 'after-order')
    expect(result.out).toContain('有 6300 人是在改组名、比例或分组方式以前分的')
    expect(result.out).toContain('发券  分到 0 人')
  })
})

describe('what a journey brings', () => {
  const HOLD_OUT = `
sop: hold
name: 打招呼
trigger: customer.added
steps:
  - task: { for: guide, title: 招呼 }
goal: order.paid
leave: [customer.lost]
holdOut: { percent: 50, days: 30 }
`
  it('is measured alike for those who got it, although they are through at once, and for those only watched', async () => {
    t = await openSopScene({ sop: HOLD_OUT })
    const ids: string[] = []
    for (let index = 0; index < 24; index++) ids.push((await t.sandbox.scan({ state: 'store-code' })).externalUserId)
    await t.settle()
    const states = await t.rawRows<{ external_userid: string; state: string; held_out: number }>(
      'SELECT external_userid, state, held_out FROM sop_entry',
    )
    const idsOf = (heldOut: number): string[] =>
      ids.filter((id) => states.find((row) => row.external_userid === id)?.held_out === heldOut)
    const [watched, taken] = [idsOf(1), idsOf(0)]
    expect(states.filter((row) => row.state === 'active').map((row) => row.held_out)).toEqual(watched.map(() => 1))
    expect(Math.min(watched.length, taken.length)).toBeGreaterThan(4)
    const [w1 = '', w2 = ''] = watched
    const [a = '', b = '', c = ''] = taken
    await t.advance(10 * DAY_MS)
    for (const [index, id] of [w1, a, b].entries()) await t.pay(id, `o${index}`)
    await t.advance(21 * DAY_MS)
    for (const [index, id] of [w2, c].entries()) await t.pay(id, `late${index}`)
    await t.again()

    const lines = await linesOf('uplift', 'hold')
    expect(lines.slice(0, 3)).toEqual([
      '「hold」的对照组占 50%，比较进来以后 30 天',
      expect.stringMatching(new RegExp(`^  对照组  分到 ${watched.length} 人，满期限 ${watched.length} 人，达成 1 人`)),
      expect.stringMatching(new RegExp(`^  进入的人  分到 ${taken.length} 人，满期限 ${taken.length} 人，达成 2 人`)),
    ])
    expect(lines[3]).toContain('人还不够，先不判断（各组合计要有 200 人满期限，再等 176 人）')
    const perPerson = (2 / taken.length).toFixed(2)
    expect(lines[4]).toContain(`对照组 ${(1 / watched.length).toFixed(2)} 单，进入的人 ${perPerson} 单`)
    expect(lines[5]).toContain(`进入的人 ${((2 * 199) / taken.length).toFixed(2)} 元`)
    expect(await command('uplift', 'nobody')).toMatchObject({ code: 1 })
  })
})
