import { afterEach, describe, expect, it } from 'vitest'
import { sopProgram } from '../../../cli/sop.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../../core/kernel/shanghai.ts'
import { buildTestApp } from '../../../testing/build-test-app.ts'
import { runCommand } from '../../../testing/run-command.ts'
import { config, openSopScene, type SopScene } from '../testing/sop-scene.ts'

let t: SopScene
afterEach(() => t.close())

/** A journey that opens one to-do, waits, and opens another. */
const sop = (steps: string, more = ''): string => `
sop: greet
name: 打招呼
trigger: customer.added
steps:
${steps}
goal: order.paid
${more}`
const ONE = sop(`
  - task: { for: guide, title: 一号招呼 }
  - wait: 3d
  - task: { for: guide, title: 一号回访 }`)
const TWO = ONE.replaceAll('一号', '二号')

const write = async (text: string): Promise<void> => {
  t.writeConfig({ 'sop/first.yaml': text })
  await t.huoshui.rules.check()
}
const command = (...words: string[]) => runCommand(sopProgram, words, t)
const stateOf = async (id: string): Promise<[string, string | undefined]> => {
  const { version, state, now } = await t.journey(id)
  return [version, state === 'active' ? now : state]
}
const titles = async (id: string): Promise<string[]> =>
  (await t.tasksAbout(id)).map(({ title, state }) => (state === 'open' ? title : `${title}（${state}）`))
const scanMany = async (count: number): Promise<string[]> => {
  const ids: string[] = []
  for (let index = 0; index < count; index++) {
    ids.push((await t.sandbox.scan({ state: 'store-code' })).externalUserId)
  }
  await t.settle()
  return ids
}

describe('a version that was a mistake', () => {
  it('is rolled back for new entrants at once, over a restart, until the file changes; everything is on the log', async () => {
    t = await openSopScene({ sop: ONE })
    const [first] = await stateOf(await t.scan({ state: 'store-code' }))
    await write(TWO)
    const inside = await t.scan({ state: 'store-code' })
    const [second] = await stateOf(inside)
    expect(second).not.toBe(first)

    const words = ['rollback', 'greet', '--to', first.slice(0, 5), '--by', '王店长', '--note', '打错字了']
    expect(await command(...words)).toMatchObject({ code: 0, err: '' })
    await t.advance(SECOND_MS)
    expect((await stateOf(await t.scan({ state: 'store-code' })))[0]).toBe(first)
    // Who is inside finishes on theirs.
    expect(await stateOf(inside)).toEqual([second, '等待 3 天'])
    expect((await command('check', t.configDir)).out).toContain(
      `现在新客户都进 ${first}；文件里是 ${second}，没有放出去`,
    )
    expect(t.logLines.some((line) => line.includes('it is held back') && line.includes(second))).toBe(true)

    const { databaseUrl } = t
    const files = { ...config, 'sop/first.yaml': TWO }
    const restarted = await buildTestApp({ config: files, platform: t, databaseUrl })
    expect(restarted.huoshui.rules.current().sops.get('greet')?.version).toBe(first)
    await restarted.close()
    t.sandbox.connect(t.url)

    await write(TWO.replace('3d', '4d'))
    const [third] = await stateOf(await t.scan({ state: 'store-code' }))
    expect([first, second]).not.toContain(third)
    const { out } = await command('versions', 'greet')
    expect(out).toContain(`现在：新客户都进 ${third}`)
    expect(out).toMatch(new RegExp(`${second}.*里面 1 人`))
    expect(out).toContain('第 1 步 改：给导购待办「一号招呼」 → 给导购待办「二号招呼」')
    expect(out).toContain(`退回  ${first}  王店长（命令行）：打错字了`)
    expect((await command('diff', 'greet', second)).out.split('\n').slice(1)).toEqual([
      '第 2 步 改：等待 3 天 → 等待 4 天',
    ])
  })

  it('can be let go again by hand', async () => {
    t = await openSopScene({ sop: ONE })
    await write(TWO)
    const [one, two] = (await t.rawRows<{ version: string }>('SELECT version FROM sop_release ORDER BY seq')).map(
      (row) => row.version,
    )
    await command('rollback', 'greet', '--to', one ?? '', '--by', '甲')
    expect(await command('release', 'greet', '--by', '乙')).toMatchObject({ code: 0 })
    await t.advance(SECOND_MS)
    expect((await stateOf(await t.scan({ state: 'store-code' })))[0]).toBe(two)
    expect(await command('release', 'greet')).toMatchObject({ code: 1 })
    expect(await command('rollback', 'greet', '--to', 'ffff')).toMatchObject({ code: 1 })
    expect(
      await t.rawRows('SELECT what, by_whom FROM sop_release WHERE by_source = ? ORDER BY seq', ['command']),
    ).toEqual([
      { what: 'rolled-back', by_whom: '甲' },
      { what: 'released', by_whom: '乙' },
    ])
  })
})

describe('people inside an earlier version', () => {
  /** Two processes at once, then the beat, then everything that ever came in once more. */
  const move = async (): Promise<void> => {
    const job = t.huoshui.sop.jobs.find((one) => one.name === 'sop.migrate-entries')
    await Promise.all([job?.run(), job?.run()])
    await t.advance(10 * SECOND_MS)
    await t.again()
    await t.advance(10 * SECOND_MS)
  }

  it('begin anew, once', async () => {
    t = await openSopScene({ sop: ONE })
    const id = await t.scan({ state: 'store-code' })
    await write(sop('  - task: { for: guide, title: 二号招呼 }\n  - wait: 3d', 'inside: restart'))
    await move()
    expect(await titles(id)).toEqual(['一号招呼（dropped）', '二号招呼'])
    expect((await t.journeys(id)).map(({ state, now }) => [state, now])).toEqual([
      ['active', '等待 3 天'],
      ['left', undefined],
    ])
    expect((await t.timeline(id)).slice(-2)).toEqual([
      '离开 SOP「打招呼」：换了版本，从头走新版本',
      '从头走 SOP「打招呼」的新版本',
    ])
  })

  it('leave', async () => {
    t = await openSopScene({ sop: ONE })
    const id = await t.scan({ state: 'store-code' })
    await write(`${TWO}inside: leave\n`)
    await move()
    expect(await titles(id)).toEqual(['一号招呼（dropped）'])
    expect(await t.journey(id)).toMatchObject({ state: 'left', endReason: '换了版本，旧版本里的人退出' })
  })

  it('go on from the same step where it is of the same kind; else they finish on theirs, and the timeline says why', async () => {
    const waitThen = (last: string): string => `
  - wait: 1d
  - task: { for: guide, title: 招呼 }
  - wait: 3d
${last}`
    t = await openSopScene({ sop: sop(waitThen('  - task: { for: guide, title: 旧回访 }')) })
    const early = await t.scan({ state: 'store-code' })
    await t.advance(DAY_MS)
    const late = await t.scan({ state: 'store-code' })
    const old = (await t.journey(late)).version
    // The first step is a to-do now, so nobody can stand in its wait; the second wait is a day longer.
    await write(
      sop(
        `
  - task: { for: guide, title: 新的第一步 }
  - task: { for: guide, title: 招呼 }
  - wait: 4d
  - task: { for: guide, title: 新回访 }`,
        'inside: keepStep',
      ),
    )
    await move()
    expect((await t.journey(early)).version).not.toBe(old)
    expect((await t.journey(late)).version).toBe(old)
    expect((await t.timeline(early)).at(-1)).toBe('SOP「打招呼」换到新版本，从第 3 步「等待 4 天」接着走')
    expect((await t.timeline(late)).filter((line) => line.includes('换了版本'))).toEqual([
      'SOP「打招呼」换了版本，仍走完原来的版本：正在「等待 1 天」，新版本的这一步是「给导购待办「新的第一步」」',
    ])
    await t.advance(3 * DAY_MS)
    expect(await titles(early)).toEqual(['招呼'])
    await t.advance(DAY_MS)
    expect(await titles(early)).toEqual(['招呼', '新回访'])
    expect(await titles(late)).toEqual(['招呼'])
    await t.advance(3 * DAY_MS)
    expect(await titles(late)).toEqual(['招呼', '旧回访'])
  })
})

describe('a canary', () => {
  const canary = (percent: number, stop = ''): string => `${TWO}rollout: { percent: ${percent}${stop} }\n`

  it('gets its share of new entrants, keeps them when the share grows, and is everybody’s when rollout is removed', async () => {
    t = await openSopScene({ sop: ONE })
    await write(canary(30))
    await scanMany(60)
    const shares = async () =>
      (
        await t.rawRows<{ canary: number; versions: number; people: number }>(
          'SELECT canary, COUNT(DISTINCT version) AS versions, COUNT(*) AS people FROM sop_entry GROUP BY canary ORDER BY canary',
        )
      ).map((row) => [row.canary, Number(row.versions), Number(row.people)])
    const [stable, trial] = await shares()
    expect([stable?.slice(0, 2), trial?.slice(0, 2)]).toEqual([
      [0, 1],
      [1, 1],
    ])
    expect(trial?.[2]).toBeGreaterThan(8)
    expect(trial?.[2]).toBeLessThan(30)
    await write(canary(60))
    await write(TWO)
    const late = await t.scan({ state: 'store-code' })
    expect(await titles(late)).toEqual(['二号招呼'])
    expect(await t.rawRows('SELECT what, version = file_version AS is_file FROM sop_release ORDER BY seq')).toEqual(
      ['published', 'canary', 'canary', 'promoted'].map((what) => ({ what, is_file: 1 })),
    )
  })

  it('stops by itself when it drives people away and the others stay; a person is told', async () => {
    t = await openSopScene({ sop: ONE })
    await write(canary(50, ', stopWhen: { lostPercent: 20, after: 10 }'))
    const ids = await scanMany(40)
    const entries = await t.rawRows<{ external_userid: string; canary: number }>(
      'SELECT external_userid, canary FROM sop_entry',
    )
    const trial = entries.filter((entry) => entry.canary === 1).map((entry) => entry.external_userid)
    for (const externalUserId of trial.slice(0, Math.ceil(trial.length / 2))) {
      await t.sandbox.deleteGuide({ externalUserId, userId: 'zhangsan' })
    }
    await t.settle()
    expect(await command('check', t.configDir)).toMatchObject({ code: 0 })
    await t.advance(MINUTE_MS)
    await t.advance(MINUTE_MS)
    const [alert, ...others] = await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))
    expect(others).toEqual([])
    expect(alert?.key).toBe('sop-canary-stopped:greet')
    expect(alert?.text).toContain(`SOP「打招呼」的灰度已自动停止：新版本 ${trial.length} 人里流失`)
    expect(alert?.text).toContain(`超过 20%；同期旧版本 ${ids.length - trial.length} 人里流失 0 人（0.0%）`)
    const next = await scanMany(6)
    expect(await Promise.all(next.map(titles))).toEqual(next.map(() => ['一号招呼']))
    expect((await command('versions', 'greet')).out).toContain('没有放出去（灰度被护栏停止了）')

    await write(TWO.replace('3d', '5d'))
    await t.advance(MINUTE_MS)
    expect(await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))).toEqual([])
  })
})
