import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { wecomSays } from '../customers/testing/wecom-says.ts'
import { createListStaff } from './read-staff.ts'
import { staffQueries } from './staff-queries.ts'

describe('staff', () => {
  let t: TestApp
  beforeEach(async () => {
    t = await buildTestApp()
  })
  afterEach(() => t.close())

  const directory = (changeType: string, fields: Record<string, string>, atMs?: number) =>
    wecomSays(t, 'change_contact', { ChangeType: changeType, ...fields }, atMs)
  const all = () =>
    t.rawRows<{ userid: string; name: string; state: string; is_guide: number }>(
      'SELECT userid, name, state, is_guide FROM staff ORDER BY userid',
    )
  const nameOf = (userId: string) => t.db.tx((tx) => staffQueries.nameOf(tx, userId))

  it('knows everybody’s name and who may have customers', async () => {
    await t.sandbox.addStaff({ userId: 'caiwu', name: '财务小王', canContact: false })
    await t.settle()
    expect(await all()).toEqual([
      { userid: 'caiwu', name: '财务小王', state: 'active', is_guide: 0 },
      { userid: 'lisi', name: '李四', state: 'active', is_guide: 1 },
      { userid: 'zhangsan', name: '张三', state: 'active', is_guide: 1 },
    ])
  })

  it('learns within the hour that a member may have customers from now on', async () => {
    await t.sandbox.addStaff({ userId: 'xinren', name: '新人', canContact: false })
    await t.settle()
    const member = t.sandbox.world.staff.get('xinren')
    if (member !== undefined) member.canContact = true
    await t.advance(3_600_000)
    expect((await all()).find((row) => row.userid === 'xinren')).toMatchObject({ is_guide: 1 })
  })

  it('gets through many departments at a platform that refuses every third call, each read once', async () => {
    const { world } = t.sandbox
    for (let n = 0; n < 60; n++) world.departments.set(100 + n, { id: 100 + n, name: `${n} 号店`, parentId: 1 })
    const before = t.sandbox.calls('user/simplelist').length
    t.sandbox.faults.set({ path: 'user/simplelist', errcode: 45033, share: 0.33 })
    const list = createListStaff({ wecom: t.huoshui.wecom, clock: t.clock })
    let tries = 0
    let listing: Awaited<ReturnType<typeof list>> | undefined
    while (listing === undefined && tries < 100) {
      tries += 1
      listing = await list().catch(() => undefined)
    }
    expect(listing?.members.map((member) => member.userId).sort()).toEqual(['lisi', 'zhangsan'])
    const read = t.sandbox.calls('user/simplelist').slice(before)
    expect(read.filter((call) => call.errcode === 0)).toHaveLength(world.departments.size)
    expect(tries).toBeGreaterThan(5)
  })

  it('a member who leaves is marked, told once, and keeps the name', async () => {
    await t.sandbox.removeStaff({ userId: 'lisi' })
    await t.settle()
    t.sandbox.redeliver()
    await t.settle()
    expect((await all()).find((row) => row.userid === 'lisi')).toMatchObject({ state: 'left', name: '李四' })
    expect(await t.rawRows(`SELECT COUNT(*) AS told FROM inbound_event WHERE kind = 'staff.left'`)).toEqual([
      { told: 1 },
    ])
  })

  it('a leave that comes after the same userid came back is mended by WeCom’s word', async () => {
    await directory('delete_user', { UserID: 'zhangsan' }, t.clock.now() - 60_000)
    await t.settle()
    expect((await all()).find((row) => row.userid === 'zhangsan')).toMatchObject({ state: 'active' })
  })

  it('a new userid takes the follows and tags over; late events of the old id find their way', async () => {
    const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
    await t.settle()
    const { world } = t.sandbox
    const old = world.staff.get('zhangsan')
    if (old !== undefined) {
      world.staff.delete('zhangsan')
      world.staff.set('zhangsan001', { ...old, userId: 'zhangsan001' })
    }
    const renamed = { UserID: 'zhangsan', NewUserID: 'zhangsan001', Name: '张三' }
    await directory('update_user', renamed)
    await t.settle()
    await directory('update_user', renamed)
    await t.settle()
    expect(await t.rawRows('SELECT userid, active FROM follow')).toEqual([{ userid: 'zhangsan001', active: 1 }])
    expect((await all()).map((row) => row.userid)).toEqual(['lisi', 'zhangsan001'])
    expect(await nameOf('zhangsan')).toBe('张三')

    t.clock.advance(5_000)
    await wecomSays(t, 'change_external_contact', {
      ChangeType: 'del_follow_user',
      UserID: 'zhangsan',
      ExternalUserID: externalUserId,
    })
    await t.settle()
    expect(await t.rawRows('SELECT userid, active, lost_by FROM follow')).toEqual([
      { userid: 'zhangsan001', active: 0, lost_by: 'customer' },
    ])
  })

  it('a new member with a given-up userid is a person of their own', async () => {
    await directory('update_user', { UserID: 'lisi', NewUserID: 'lisi001' })
    await t.settle()
    t.clock.advance(60_000)
    await directory('create_user', { UserID: 'lisi', Name: '新来的李四' })
    await t.settle()
    await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wmNew' })
    await t.settle()
    expect(await t.rawRows(`SELECT userid FROM follow WHERE external_userid = 'wmNew'`)).toEqual([{ userid: 'lisi' }])
  })

  it('does without names where the app may not read them', async () => {
    t.sandbox.faults.set({ path: 'user/get', errcode: 60011 })
    await t.sandbox.addStaff({ userId: 'hidden', name: '看不见' })
    await t.settle()
    expect(await nameOf('hidden')).toBeUndefined()
    expect((await all()).find((row) => row.userid === 'hidden')).toMatchObject({ state: 'active' })
  })
})
