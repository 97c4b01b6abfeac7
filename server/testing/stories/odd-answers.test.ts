import { afterEach, describe, expect, it } from 'vitest'
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../build-test-app.ts'

const CONFIG = {
  'tags.yaml': 'tags:\n  - { group: 意向, names: [高, 低] }\n',
  'welcomes/通用.yaml': 'welcome: 通用\ndefault: true\ntext: 欢迎\n',
}
const PAGE = 'batch/get_by_user'

/** What WeCom answers is not always what its pages say. Nothing of it may blind a list, end a friendship or take a tag. */
describe('an answer of WeCom that is not as documented', () => {
  let t: TestApp
  let sandbox: Sandbox | undefined
  afterEach(async () => {
    await t.close()
    await sandbox?.close()
    sandbox = undefined
  })
  const open = async () => {
    t = await buildTestApp({ config: CONFIG })
    await t.settle()
  }
  /** A corp with three customers, whose pages are spoilt before anybody reads them. */
  const openOldCorp = async (spoil: (sandbox: Sandbox) => void) => {
    const clock = createSettableClock('2026-10-01T09:00:00+08:00')
    sandbox = createSandbox({ clock, retryDelaysMs: [1, 1] })
    await sandbox.listen()
    for (const externalUserId of ['wmA', 'wmB', 'wmC']) await sandbox.scan({ userId: 'zhangsan', externalUserId })
    clock.set(Date.parse('2026-11-22T09:00:00+08:00'))
    spoil(sandbox)
    t = await buildTestApp({ platform: { clock, sandbox }, config: CONFIG })
    await t.settle()
  }
  const known = async () =>
    (await t.rawRows<{ id: string }>('SELECT external_userid AS id FROM follow WHERE active = 1 ORDER BY id')).map(
      ({ id }) => id,
    )
  const run = () => t.rawRows('SELECT state, gaps FROM sync_run')
  const tagsGone = async () =>
    Number((await t.rawRows<{ n: number }>('SELECT COUNT(*) AS n FROM corp_tag WHERE gone_at IS NOT NULL'))[0]?.n)
  const alerts = async () => (await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))).map(({ text }) => text)

  it('null in a field that may be missing costs nobody: all are known', async () => {
    await openOldCorp(({ faults }) => {
      faults.set({ path: PAGE, odd: { at: 'external_contact_list.1.external_contact.name', is: 'null' } })
      faults.set({ path: 'groupchat/get', odd: { at: 'group_chat.member_list.0.unionid', is: 'null' } })
    })
    expect(await known()).toEqual(['wmA', 'wmB', 'wmC'])
    expect(await run()).toEqual([{ state: 'done', gaps: 0 }])
  })

  it('a row that cannot be used is left out, counted, and named to a person; the rest of the page counts', async () => {
    await openOldCorp(({ faults }) => {
      faults.set({ path: PAGE, odd: { at: 'external_contact_list.1.follow_info.userid', is: 'null' } })
    })
    expect(await known()).toEqual(['wmA', 'wmC'])
    expect(await run()).toEqual([{ state: 'partial', gaps: 1 }])
    await t.advance(MINUTE_MS)
    expect((await alerts()).join()).toMatch(
      /batch\/get_by_user.*external_contact_list\[\]\.follow_info\.userid.*略过了 1 条（wmB）/,
    )
  })

  it.each([
    ['of customers', PAGE],
    ['of groups', 'groupchat/list'],
  ])('a listing %s that names its own page again is a gap in the end, and what it told counts', async (_, path) => {
    await openOldCorp(({ faults }) => faults.set({ path, cursor: 'still' }))
    for (let hour = 0; hour < 4; hour++) await t.advance(60 * MINUTE_MS)
    expect(t.sandbox.calls(path).length).toBeLessThan(60)
    expect(await run()).toMatchObject([{ state: 'partial' }])
  })

  it('a tag listing without its list, or with a group that cannot be read, takes no tag away', async () => {
    await open()
    const ask = async (key: string) => {
      // A tag of this very second may be younger than the listing.
      await t.advance(1_000)
      await t.db.tx((tx) => t.huoshui.tags.askForListing(tx, key, '测试'))
      await t.settle()
    }
    t.sandbox.faults.set({ path: 'get_corp_tag_list', odd: { at: 'tag_group', is: 'absent' }, times: 1 })
    await ask('absent')
    t.sandbox.faults.set({ path: 'get_corp_tag_list', odd: { at: 'tag_group.0.tag', is: 'null' }, times: 1 })
    await ask('half')
    expect(await tagsGone()).toBe(0)

    const [id = ''] = [...t.sandbox.world.tags.keys()]
    await t.sandbox.deleteTag({ id })
    await ask('whole')
    expect(await tagsGone()).toBe(1)
  })

  it.each(['still', 'turning'] as const)(
    'a cursor that stands %s ends one action, and others are served',
    async (cursor) => {
      await open()
      const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
      await t.settle()
      t.sandbox.faults.set({ path: 'externalcontact/get', cursor })
      const before = t.sandbox.calls('externalcontact/get').length
      await t.sandbox.editRemark({ userId: 'zhangsan', externalUserId, remark: '新备注' })
      await t.settle()
      expect(t.sandbox.calls('externalcontact/get').length - before).toBeLessThanOrEqual(3)
      expect(
        await t.rawRows(`SELECT state, attempts FROM action WHERE kind = 'customer.refresh' ORDER BY id DESC LIMIT 1`),
      ).toEqual([{ state: 'waiting', attempts: 1 }])
      t.sandbox.faults.clear()
      await t.advance(10 * MINUTE_MS)
      expect(await t.rawRows('SELECT remark FROM follow')).toEqual([{ remark: '新备注' }])
    },
  )
})
