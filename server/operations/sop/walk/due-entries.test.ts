import { afterEach, describe, expect, it } from 'vitest'
import { createSandbox } from '../../../../sandbox/sandbox.ts'
import { createSettableClock } from '../../../core/kernel/clock.ts'
import { MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../../testing/build-test-app.ts'
import { config, FIRST_ORDER, openSopScene, type SopScene } from '../testing/sop-scene.ts'

let t: SopScene
afterEach(() => t.close())

describe('restarts and several processes', () => {
  it('goes on after days of being down, in order, without catching up on all waits at once', async () => {
    const clock = createSettableClock('2026-11-22T09:00:00+08:00')
    const sandbox = createSandbox({ clock, retryDelaysMs: [5, 10] })
    await sandbox.listen()
    for (const name of ['牧野·科普1', '牧野·付费1']) await sandbox.createGroup({ name, ownerUserId: 'lisi' })
    t = await openSopScene({ platform: { sandbox, clock } })
    const first = await t.scan({ state: 'parcel-card' })
    await t.advance(MINUTE_MS)
    const second = await t.scan({ state: 'parcel-card' })
    const { databaseUrl } = t
    await t.close({ database: true })

    clock.set(Date.parse('2026-11-25T02:00:00+08:00'))
    t = await openSopScene({ platform: { sandbox, clock }, databaseUrl })
    const rows = await t.rawRows<{ external_userid: string }>(`SELECT external_userid FROM guide_task ORDER BY id`)
    expect(rows.map((row) => row.external_userid)).toEqual([first, second])
    expect(await t.journey(first)).toMatchObject({
      now: '等到第二天 10:00',
      nextAtMs: Date.parse('2026-11-26T10:00:00+08:00'),
    })
    await t.until('2026-11-26T10:00:00')
    expect((await t.tasksAbout(first)).map((task) => task.title)).toEqual([
      '邀请进「科普群」',
      '用话术「首单破冰」联系客户',
    ])
    await sandbox.close()
  })

  it('moves each customer once when several processes do so at the same time', async () => {
    const calls = {
      ...config,
      'sop/first.yaml': FIRST_ORDER.replace('invite: 科普群', 'task: { for: guide, title: 打个招呼 }'),
    }
    t = await openSopScene({ config: calls })
    const ids = await Promise.all(Array.from({ length: 30 }, () => t.sandbox.scan({ state: 'parcel-card' })))
    await t.settle()
    // SQLite belongs to one process; there it is two runs of the job that overlap.
    const isAlone = t.db.dialect === 'sqlite'
    const other = isAlone ? t : await buildTestApp({ config: calls, platform: t, databaseUrl: t.databaseUrl })
    t.clock.advance(10 * MINUTE_MS)
    const moveDue = (app: TestApp) => app.huoshui.sop.jobs.find((job) => job.name === 'sop.due-entries')?.run()
    await Promise.all([moveDue(t), moveDue(other), moveDue(t), moveDue(other)])
    await t.settle()
    for (const { externalUserId } of ids) {
      expect((await t.tasksAbout(externalUserId)).map((task) => task.title)).toEqual(['打个招呼'])
      expect(await t.journey(externalUserId)).toMatchObject({ now: '等到第二天 10:00' })
    }
    if (!isAlone) await other.close({ database: true })
  })
})
