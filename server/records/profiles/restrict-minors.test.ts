import { expect, it } from 'vitest'
import { buildTestApp } from '../../testing/build-test-app.ts'
import { signedPost } from '../../testing/signed-post.ts'
import { isMinor } from './restrict-minors.ts'

const TODAY = Date.parse('2026-11-22T09:00:00+08:00')

it.each([
  ['on the day before the fourteenth birthday', { year: 2012, month: 11, day: 23 }, true],
  ['on the birthday', { year: 2012, month: 11, day: 22 }, false],
  ['a month of it later', { year: 2012, month: 12, day: 1 }, true],
  ['long ago', { year: 1990, month: 5, day: 20 }, false],
  ['of an unknown year', { year: undefined, month: 5, day: 20 }, false],
])('%s', (_when, birthday, expected) => {
  expect(isMinor(birthday, TODAY)).toBe(expected)
})

it('in Shanghai the day begins at midnight there', () => {
  const birthday = { year: 2012, month: 11, day: 22 }
  expect(isMinor(birthday, Date.parse('2026-11-21T23:59:59+08:00'))).toBe(true)
  expect(isMinor(birthday, Date.parse('2026-11-22T00:00:00+08:00'))).toBe(false)
})

it('a child is restricted once, and the timeline says so; a grown-up is not; what was lifted stays lifted', async () => {
  const t = await buildTestApp()
  const consents = (id: string) =>
    t.rawRows('SELECT kind, state, source FROM consent WHERE external_userid = ? ORDER BY id', [id])
  const tell = (externalUserId: string, birthday: string) =>
    signedPost(t, '/api/profiles', { customer: { externalUserId }, birthday })
  for (const externalUserId of ['wmKid', 'wmOld']) await t.sandbox.scan({ externalUserId, userId: 'zhangsan' })
  await t.settle()
  await tell('wmKid', '2016-03-04')
  await tell('wmOld', '1990-03-04')
  const refused = ['marketing', 'profiling'].map((kind) => ({ kind, state: 'refused', source: 'age' }))
  expect(await consents('wmKid')).toEqual(refused)
  expect(await consents('wmOld')).toEqual([])
  expect(await t.timelineOf('wmKid', 'profile.birthday')).toEqual([
    '商城记下生日 3 月 4 日；不满十四周岁，不再自动联系和画像',
  ])
  await t.db.tx(async (tx) => {
    const { consents: ledger } = t.huoshui.privacy
    await ledger.record(tx, { externalUserId: 'wmKid', kind: 'marketing', state: 'given', source: 'customer' })
  })
  await tell('wmKid', '2016-03-05')
  expect(await consents('wmKid')).toHaveLength(3)
  await t.close()
})
