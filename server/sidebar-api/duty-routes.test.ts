import { afterEach, expect, test } from 'vitest'
import type { DutyRow } from '../operations/tasks/duties/duty-tables.ts'
import { DUTY } from '../operations/tasks/duties/duty-tables.ts'
import type { MyDay } from './contract.ts'
import { openTwoStores, type TwoStores } from './testing/two-stores.ts'

let t: TwoStores
afterEach(() => t.close())

async function ask(userId: string, more: Partial<DutyRow> = {}): Promise<void> {
  const now = t.clock.now()
  await t.db.tx((tx) =>
    tx.insertIgnore(DUTY, [
      {
        ...{
          duty_key: `k:${userId}`,
          duty_name: '周历·煎法课',
          userid: userId,
          title: '主持「煎法课」',
          script: '先问谁煎',
        },
        ...{ group_names: '「付费群1」', group_count: 1, evidence: '几个人接龙', due_at: now + 3_600_000 },
        ...{ state: 'open' as const, opened_at: now, ...more },
      },
    ]),
  )
}

test('what is asked without a customer stands in the day of that member alone, and ends with its line of evidence', async () => {
  t = await openTwoStores()
  await ask('zhangsan')
  const [zhangsan, lisi] = [await t.as('zhangsan'), await t.as('lisi')]
  const dutiesOf = async (who: typeof zhangsan) => (await who.get<MyDay>('day')).body.duties ?? []
  const [duty] = await dutiesOf(zhangsan)
  expect(duty).toMatchObject({
    title: '主持「煎法课」',
    groups: '「付费群1」',
    script: '先问谁煎',
    evidence: '几个人接龙',
  })
  expect(await dutiesOf(lisi)).toEqual([])
  const path = `day/duties/${duty?.id}/done`
  expect((await lisi.post(path, { note: '23 人' })).status).toBe(404)
  const refused = await zhangsan.post<{ message: string }>(path, { note: ' ' })
  expect([refused.status, JSON.stringify(refused.body)]).toEqual([
    400,
    expect.stringContaining('请先写一句：几个人接龙'),
  ])
  expect((await zhangsan.post(path, { note: '23 人' })).status).toBe(200)
  expect((await zhangsan.post(path, { note: '又一次' })).status).toBe(200)
  expect(await t.rawRows('SELECT state, outcome FROM duty')).toEqual([{ state: 'done', outcome: '23 人' }])
  expect(await dutiesOf(zhangsan)).toEqual([])
})

test('whoever cannot must say why', async () => {
  t = await openTwoStores()
  await ask('zhangsan')
  const zhangsan = await t.as('zhangsan')
  const [{ id } = { id: '' }] = (await zhangsan.get<MyDay>('day')).body.duties ?? []
  expect((await zhangsan.post(`day/duties/${id}/wrong`, { note: '' })).status).toBe(400)
  expect((await zhangsan.post(`day/duties/${id}/wrong`, { note: '休息，打 13812345678' })).status).toBe(200)
  const [row] = await t.rawRows<{ state: string; outcome: string }>('SELECT state, outcome FROM duty')
  expect(row?.state).toBe('dropped')
  expect(row?.outcome).toMatch(/^做不了：休息，打 (?!13812345678)/)
})

test.each([
  [
    'done',
    { state: 'dropped', outcome: '规则里已经没有这一项，不用做了' },
    '这条已经结束：规则里已经没有这一项，不用做了。',
  ],
  ['wrong', { state: 'done', outcome: '23 人' }, '这条已经结束：23 人。'],
  ['wrong', { state: 'done', outcome: null }, '这条已经结束：做完了。'],
] as const)('%s after it has ended in another way is refused, and what was kept stays: %o', async (how, was, zh) => {
  t = await openTwoStores()
  await ask('zhangsan', { ...was, closed_at: t.clock.now() })
  const zhangsan = await t.as('zhangsan')
  const [{ id } = { id: 0 }] = await t.rawRows<{ id: number }>('SELECT id FROM duty')
  for (let tap = 0; tap < 2; tap++) {
    const { status, body } = await zhangsan.post<{ code: string; zh: string }>(`day/duties/${id}/${how}`, {
      note: '25 人',
    })
    expect([status, body.code, body.zh]).toEqual([409, 'sidebar.duty-ended', expect.stringContaining(zh)])
  }
  expect(await t.rawRows('SELECT state, outcome FROM duty')).toEqual([was])
})

test('fifty are listed and all are counted: those of this member that are open', async () => {
  t = await openTwoStores()
  for (let n = 0; n < 52; n++) await ask('zhangsan', { duty_key: `k${n}` })
  await ask('zhangsan', { duty_key: 'over', state: 'done' })
  await ask('lisi')
  const { duties, dutiesTotal } = (await (await t.as('zhangsan')).get<MyDay>('day')).body
  expect([duties?.length, dutiesTotal]).toEqual([50, 52])
})
