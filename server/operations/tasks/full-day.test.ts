import { afterEach, expect, it } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { CUSTOMER_WORTH } from '../../records/worth/worth-tables.ts'
import { openSendScene, type SendScene } from '../mass-send/testing/send-scene.ts'

let t: SendScene
afterEach(() => t.close())

const open = async (most: number): Promise<void> => {
  t = await openSendScene({ config: { 'policy.yaml': `tasksPerGuidePerDay: ${most}\n` } })
}
const ask = (...tasks: { key: string; about: string; priority?: number }[]) =>
  t.db.tx((tx) =>
    t.huoshui.tasks.openAll(
      tx,
      tasks.map(({ key, about, priority }) => ({
        ...{ key, externalUserId: about, userId: 'zhangsan', kind: 'sop', title: key, priority },
        reason: { text: '测试' },
      })),
    ),
  )
const worth = (values: Record<string, number>) =>
  t.db.tx((tx) =>
    tx.insertIgnore(
      CUSTOMER_WORTH,
      Object.entries(values).map(([external_userid, value90_fen]) => ({
        ...{ external_userid, value90_fen, orders90_hundredths: 100, alive_percent: 90 },
      })),
    ),
  )
const titles = async (state: string): Promise<string[]> =>
  (await t.rawRows<{ title: string }>(`SELECT title FROM guide_task WHERE state = '${state}' ORDER BY title`)).map(
    (row) => row.title,
  )
const morning = async (): Promise<void> => {
  t.clock.set(Math.floor((t.clock.now() + DAY_MS) / DAY_MS) * DAY_MS + 3 * 60 * MINUTE_MS)
  await t.advance(MINUTE_MS)
}

it('a mass-send that the guide is to confirm takes a place of the day; what finds none comes the next morning', async () => {
  await open(2)
  await t.befriend('zhangsan', 'wmA', 'wmB', 'wmC')
  await t.advance(MINUTE_MS)
  expect(t.created()).toHaveLength(1)
  await ask({ key: 'a', about: 'wmA' }, { key: 'b', about: 'wmB' })
  await t.settle()
  expect([await titles('open'), await titles('held')]).toEqual([['a'], ['b']])
  // Asked for twice is one confirmation, and another guide's day is his own.
  await t.advance(MINUTE_MS)
  expect(await t.rawRows('SELECT userid, opened FROM task_day ORDER BY userid')).toEqual([
    { userid: 'zhangsan', opened: 2 },
  ])
  await morning()
  expect(await titles('held')).toEqual([])
})

it('what is to be done for one customer is one piece of work, together or one after the other', async () => {
  await open(2)
  await t.befriend('lisi', 'wmA', 'wmB', 'wmC')
  await ask(
    { key: 'a1', about: 'wmA' },
    { key: 'a2', about: 'wmA' },
    { key: 'b', about: 'wmB' },
    { key: 'c', about: 'wmC' },
  )
  await ask({ key: 'a3', about: 'wmA' })
  await ask({ key: 'c2', about: 'wmC' })
  expect([await titles('open'), await titles('held')]).toEqual([
    ['a1', 'a2', 'a3', 'b'],
    ['c', 'c2'],
  ])
})

it('the customers who are worth most come first, among equally important ones; who has waited for days is not passed over', async () => {
  await open(1)
  await t.befriend('lisi', 'wmA', 'wmB', 'wmC', 'wmD')
  await worth({ wmA: 100, wmB: 900, wmC: 500 })
  await ask(
    { key: 'a', about: 'wmA' },
    { key: 'b', about: 'wmB' },
    { key: 'c', about: 'wmC' },
    { key: 'd', about: 'wmD', priority: 60 },
  )
  expect(await titles('open')).toEqual(['d'])
  await morning()
  expect(await titles('open')).toEqual(['b', 'd'])
  await worth({ wmE: 5_000, wmF: 4_000 })
  await t.befriend('lisi', 'wmE', 'wmF')
  await ask({ key: 'e', about: 'wmE' }, { key: 'f', about: 'wmF' })
  await morning()
  expect(await titles('open')).toEqual(['b', 'd', 'e'])
  // a and c have waited for three days now; f is worth more than either.
  await morning()
  expect(await titles('open')).toEqual(['b', 'c', 'd', 'e'])
  await morning()
  await morning()
  expect([await titles('open'), await titles('held')]).toEqual([['a', 'b', 'c', 'd', 'e', 'f'], []])
  // On a day with room the same holds for what is asked for at once.
  await morning()
  await worth({ wmG: 10, wmH: 20 })
  await t.befriend('lisi', 'wmG', 'wmH')
  await ask({ key: 'g', about: 'wmG' }, { key: 'h', about: 'wmH' })
  expect(await titles('held')).toEqual(['g'])
})
