import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import { VOCABULARY } from '../capabilities/vocabulary.ts'
import { createDb, type Db } from '../core/db/db.ts'
import { raw } from '../core/db/sql.ts'
import { createSettableClock } from '../core/kernel/clock.ts'
import { createMigratedDatabase } from '../testing/migrated-database.ts'
import { createRuleBookHolder } from './rule-book-holder.ts'
import { GOOD_RULES, ruleFolderOnDisk } from './testing/rule-folder-on-disk.ts'
import { isNewestBook, ruleVersion, savedBook } from './versions/rule-version-store.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const BROKEN = { 'sop/首单.yaml': 'sop: first-order\nname: 首单\ntriger: customer.added\n' }
const withGuide = (guide: string) => ({
  'channels/包裹卡.yaml': (GOOD_RULES['channels/包裹卡.yaml'] ?? '').replace('linxiaoyu', guide),
})

async function scene(files: Record<string, string> = {}) {
  const folder = ruleFolderOnDisk(files)
  const database = await createMigratedDatabase()
  const db = createDb(database.url, migrations)
  await db.migrate()
  ends.push(folder.remove, database.drop, () => db.close())
  const lines: { level: string; message: string }[] = []
  const say =
    (level: string) =>
    (...said: unknown[]) =>
      void lines.push({ level, message: String(said.at(-1)) })
  const log = { info: say('info'), warn: say('warn'), error: say('error') } as Parameters<
    typeof createRuleBookHolder
  >[0]['log']
  const open = (usedDb: Pick<Db, 'tx' | 'statement'> = db) =>
    createRuleBookHolder({
      folder: folder.folder,
      db: usedDb,
      clock: createSettableClock(1_000),
      log,
      vocabulary: VOCABULARY,
    })
  return { ...folder, db, lines, log, open }
}

const guidesOf = (holder: { current(): { channels: ReadonlyMap<string, { value: { guides: string[] } }> } }) =>
  holder.current().channels.get('包裹卡')?.value.guides

describe('rules in force', () => {
  it('change at once when the files change, and everybody who asked is told', async () => {
    const { write, open } = await scene()
    const holder = open()
    const told: (string[] | undefined)[] = []
    holder.onChange((book) => told.push(book.channels.get('包裹卡')?.value.guides))
    expect(guidesOf(holder)).toBeUndefined()
    await holder.check()
    write(withGuide('zhoumin'))
    await holder.check()
    expect(guidesOf(holder)).toEqual(['zhoumin'])
    await holder.check()
    expect(told).toEqual([['linxiaoyu'], ['zhoumin']])
  })

  it('stay when a file is broken, and the fault is said once; mended files come into force', async () => {
    const { write, open, lines } = await scene()
    const holder = open()
    await holder.check()
    write({ ...BROKEN, ...withGuide('zhoumin') })
    await holder.check()
    await holder.check()
    expect(guidesOf(holder)).toEqual(['linxiaoyu'])
    expect(holder.faults().map(({ file, line }) => `${file}:${line}`)).toContain('sop/首单.yaml:3')
    expect(lines.filter((line) => line.level === 'error')).toHaveLength(1)
    write({ 'sop/首单.yaml': GOOD_RULES['sop/首单.yaml'] })
    await holder.check()
    expect(guidesOf(holder)).toEqual(['zhoumin'])
    expect(holder.faults()).toEqual([])
  })

  it('are looked at on every beat only when files changed and have come to rest', async () => {
    const { write, open, folder } = await scene()
    const rest = (secondsAgo: number) => {
      const at = Date.now() / 1000 - secondsAgo
      utimesSync(join(folder, 'channels/包裹卡.yaml'), at, at)
    }
    const holder = open()
    await holder.check()
    write(withGuide('zhoumin'))
    await holder.look()
    expect(guidesOf(holder)).toEqual(['linxiaoyu'])
    for (const file of Object.keys(GOOD_RULES)) {
      const at = Date.now() / 1000 - 60
      utimesSync(join(folder, file), at, at)
    }
    utimesSync(join(folder, 'assets/hello.png'), 1, 1)
    rest(10)
    await holder.look()
    expect(guidesOf(holder)).toEqual(['zhoumin'])
  })

  it('which have become their own beginning are waited for longer', async () => {
    const { write, open, folder } = await scene()
    const holder = open()
    await holder.check()
    const whole = GOOD_RULES['sop/首单.yaml'] ?? ''
    const stepsAfter = async (text: string, secondsAgo: number): Promise<number | undefined> => {
      write({ 'sop/首单.yaml': text })
      const at = Date.now() / 1000 - secondsAgo
      for (const file of [...Object.keys(GOOD_RULES), 'assets/hello.png']) utimesSync(join(folder, file), at, at)
      await holder.look()
      return holder.current().sops.get('first-order')?.value.steps.length
    }
    const cut = `${whole.split('\n').slice(0, 8).join('\n')}\n`
    expect(await stepsAfter(cut, 10)).toBe(6)
    expect(await stepsAfter(cut, 40)).toBe(3)
    // Something else than a beginning is no more than changed.
    expect(await stepsAfter(cut.replace('  - welcome: 欢迎\n', ''), 10)).toBe(2)
  })

  it('of several processes are the newest as long as one goes by them, and then those of who is left', async () => {
    const { db, folder, log } = await scene()
    const others = ruleFolderOnDisk(withGuide('zhoumin'))
    ends.push(others.remove)
    const clock = createSettableClock(1_000)
    const [old, trial] = [folder, others.folder].map((one) =>
      createRuleBookHolder({ folder: one, db, clock, log, vocabulary: VOCABULARY }),
    )
    if (old === undefined || trial === undefined) throw new Error('both are there')
    const newest = () =>
      db.tx(async (tx) => [await isNewestBook(tx, old.current()), await isNewestBook(tx, trial.current())])
    // Where none was ever kept any is; one that could not be read is none as soon as there is another.
    expect(await newest()).toEqual([true, true])
    await old.check()
    expect(await newest()).toEqual([true, false])
    await trial.check()
    expect(await newest()).toEqual([false, true])
    // Each says every ten minutes that it goes by its own.
    for (let minute = 0; minute < 60; minute++) {
      clock.advance(60_000)
      await old.look()
      await trial.look()
    }
    expect(await newest()).toEqual([false, true])
    // The trial is called off.
    for (let minute = 0; minute < 25; minute++) {
      clock.advance(60_000)
      await old.look()
    }
    expect(await newest()).toEqual([false, true])
    for (let minute = 0; minute < 20; minute++) {
      clock.advance(60_000)
      await old.look()
    }
    expect(await newest()).toEqual([true, false])
    const saved = await db.tx((tx) => savedBook(tx, VOCABULARY.facts))
    expect(saved?.channels.get('包裹卡')?.value.guides).toEqual(['linxiaoyu'])
  })

  it('survive a restart with broken files: the last good ones go on', async () => {
    const { write, open, lines } = await scene()
    await open().check()
    write(BROKEN)
    const restarted = open()
    await restarted.check()
    expect(guidesOf(restarted)).toEqual(['linxiaoyu'])
    expect(restarted.current().sops.get('first-order')?.title).toBe('首单')
    expect(restarted.current().pools.get('付费群')?.entry).toEqual({
      kind: 'test',
      path: 'orders.paid.count',
      test: { gte: 1 },
    })
    expect(lines.at(-1)?.message).toBe('rules in force')
  })

  it('are empty, with an error logged, when the very first files are broken', async () => {
    const { open, lines } = await scene(BROKEN)
    const holder = open()
    await holder.check()
    expect(holder.current().channels.size).toBe(0)
    expect(lines.map((line) => line.message)).toContain(
      'rule files have faults and there are no earlier rules: running without any',
    )
  })

  it('do not change while their versions cannot be kept; the next look tries again', async () => {
    const { write, open, db } = await scene()
    let isDown = false
    const holder = open({
      ...db,
      tx: (work) => (isDown ? Promise.reject(new Error('database away')) : db.tx(work)),
    })
    await holder.check()
    write(withGuide('zhoumin'))
    isDown = true
    await expect(holder.check()).rejects.toThrow('database away')
    expect(guidesOf(holder)).toEqual(['linxiaoyu'])
    isDown = false
    await holder.check()
    expect(guidesOf(holder)).toEqual(['zhoumin'])
  })
})

it('every version that was in force can be read later, the same version being kept once', async () => {
  const { write, open, db } = await scene()
  const holder = open()
  await holder.check()
  const first = holder.current().sops.get('first-order')?.version ?? ''
  write({ 'sop/首单.yaml': (GOOD_RULES['sop/首单.yaml'] ?? '').replace('wait: 10m', 'wait: 20m') })
  await holder.check()
  await open().check()
  const second = holder.current().sops.get('first-order')?.version ?? ''
  expect(second).not.toBe(first)

  const stepsOf = (version: string) =>
    db.tx(async (tx) => (await ruleVersion<{ steps: unknown[] }>(tx, 'sop', 'first-order', version))?.steps[2])
  expect(await stepsOf(first)).toEqual({ wait: '10m' })
  expect(await stepsOf(second)).toEqual({ wait: '20m' })
  expect(await stepsOf('000000000000')).toBeUndefined()
  const kept = await db.tx((tx) =>
    tx.rows(raw<{ total: number }>("SELECT COUNT(*) AS total FROM rule_version WHERE kind = 'sop'")),
  )
  expect(Number(kept[0]?.total)).toBe(2)
})
