import { afterEach, expect, test } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { approveRun } from './approve-run.ts'
import { leaveOutOnRefusal } from './leave-out-refused.ts'
import { openSendScene, type SendScene, type SendSceneOptions, WELFARE_DAY } from './testing/send-scene.ts'

/** Who says no while something is on its way to them: nothing that WeCom does not have yet reaches them. */

const opened: SendScene[] = []
afterEach(async () => {
  for (const scene of opened.splice(0).reverse()) await scene.close()
})
async function open(options: SendSceneOptions = {}): Promise<SendScene> {
  const scene = await openSendScene(options)
  opened.push(scene)
  await scene.befriend('zhangsan', 'wmA', 'wmB')
  return scene
}
type Scope = '' | 'sends' | 'journeys'
const refuse = (scene: SendScene, externalUserId: string, scope: Scope = '') =>
  scene.db.tx((tx) =>
    scene.huoshui.privacy.consents.record(tx, {
      ...{ externalUserId, kind: 'marketing', scope, state: 'refused', source: 'customer' },
    }),
  )
async function until(scene: SendScene, time: string): Promise<void> {
  scene.clock.set(Date.parse(`${time.replace(' ', 'T')}:00+08:00`))
  for (let minutes = 0; minutes < 4; minutes++) await scene.advance(MINUTE_MS)
}
const NIGHT = WELFARE_DAY.replace('"0 10 * * 3"', '"0 22 * * 3"')
const QUIET = { 'policy.yaml': 'quiet: "21:30-09:00"\n' }

test('before the hour at which guides are asked, however far the news of it has come', async () => {
  const scene = await open({ sends: NIGHT, config: QUIET })
  await until(scene, '2026-11-25 22:00')
  expect(await scene.outcomes()).toEqual(['wmA planned', 'wmB planned'])
  await refuse(scene, 'wmA', 'sends')
  // Nobody has handed it on yet.
  await scene.db.tx((tx) => tx.run(raw("DELETE FROM inbound_event WHERE kind = 'customer.consent'")))
  await until(scene, '2026-11-26 09:00')
  expect(scene.created()).toEqual(['zhangsan: wmB'])
  expect((await scene.outcomes())[0]).toBe('wmA cancelled')
  expect(await scene.timeline('wmA')).toEqual([expect.stringContaining('拒绝了营销')])
})

test('while nobody knows whether WeCom has made the task: once it is certain that it has not, it is made without them', async () => {
  const scene = await open()
  scene.sandbox.faults.set({ path: 'externalcontact/add_msg_template', http: 502, times: 1 })
  await scene.advance(MINUTE_MS)
  expect(await scene.rawRows('SELECT state FROM send_batch WHERE started_at IS NOT NULL')).toEqual([
    { state: 'planned' },
  ])
  await refuse(scene, 'wmA')
  for (let minutes = 0; minutes < 7; minutes++) await scene.advance(MINUTE_MS)
  const tasks = [...scene.sandbox.world.massSends.values()]
  expect(tasks).toHaveLength(1)
  expect(scene.created().at(-1)).toBe('zhangsan: wmB')
  await scene.confirmAll('zhangsan')
  for (let minutes = 0; minutes < 3; minutes++) await scene.advance(MINUTE_MS)
  expect(scene.sandbox.messagesOf('wmA').filter(({ via }) => via === 'mass-send')).toEqual([])
})

test('between the yes of a second person and its time', async () => {
  const scene = await open({ sends: `${WELFARE_DAY}approval: 2h\n`, config: {} })
  scene.clock.set(Date.parse('2026-12-02T08:00:00+08:00'))
  for (let minutes = 0; minutes < 3; minutes++) await scene.advance(MINUTE_MS)
  const [run] = await scene.rawRows<{ id: number }>("SELECT id FROM send_run WHERE state = 'awaiting'")
  expect(run).toBeDefined()
  await scene.db.tx((tx) => approveRun(tx, run?.id ?? 0, { by: '王五', nowMs: scene.clock.now() }))
  await scene.settle()
  await refuse(scene, 'wmA')
  await until(scene, '2026-12-02 10:00')
  expect(scene.created()).toEqual(['zhangsan: wmB'])
})

test.each<[Scope, string, boolean]>([
  ['journeys', '', true],
  ['sends', '', true],
  ['', '', true],
  ['journeys', ', before the news is handed on', false],
  ['', ', before the news is handed on', false],
])('a journey’s message that waits for the morning, refused «%s»%s', async (scope, _when, isHandedOn) => {
  const scene = await open({
    sends: `${NIGHT}enabled: false\n`,
    config: {
      'sop/tells.yaml':
        'sop: tells\nname: 上新\ntrigger: customer.added\nwhen: { follow.active: true }\nsteps: [ { wait: { until: "21:28" } }, { message: { text: 上新了, within: 24h } } ]\n',
      ...QUIET,
    },
  })
  expect(scene.huoshui.rules.faults()).toEqual([])
  await until(scene, '2026-11-25 21:28')
  expect([scene.created(), await scene.outcomes()]).toEqual([[], ['wmA planned', 'wmB planned']])
  await refuse(scene, 'wmA', scope)
  if (isHandedOn) await scene.settle()
  else await scene.db.tx((tx) => tx.run(raw("DELETE FROM inbound_event WHERE kind = 'customer.consent'")))
  await until(scene, '2026-11-26 09:00')
  expect(scene.created()).toEqual(['zhangsan: wmB'])
})

test('who refuses journeys alone goes on to get sends', async () => {
  const scene = await open({ sends: NIGHT, config: QUIET })
  await until(scene, '2026-11-25 22:00')
  await refuse(scene, 'wmA', 'journeys')
  await scene.settle()
  await until(scene, '2026-11-26 09:00')
  expect(scene.created()).toEqual(['zhangsan: wmA wmB'])
})

/** Refuses for wmA, and has the news of it handled, in one transaction: while (or right after) the list of those who get it is read. */
function refuseAsTheyAreRead(scene: SendScene, when: 'while' | 'after'): () => Promise<void> | undefined {
  const { db, clock, huoshui } = scene
  const plain = db.tx
  let refusing: Promise<void> | undefined
  let isRead = false
  const refuseNow = (): Promise<void> => {
    refusing = plain(async (tx) => {
      const about = { externalUserId: 'wmA', kind: 'marketing', scope: 'sends', state: 'refused' } as const
      await huoshui.privacy.consents.record(tx, { ...about, source: 'customer' })
      const event = { id: 1, kind: 'customer.consent', dedupeKey: '1', eventAtMs: clock.now() }
      const turn = { isUrgent: false, allAtOnce: () => undefined }
      await leaveOutOnRefusal(clock).handle(tx, { ...event, payload: about } as never, turn)
    })
    return refusing
  }
  const end = db.watch((text) => {
    if (!/^SELECT .*FROM .?send_recipient.?\s.*'planned' ORDER BY/s.test(text)) return
    end()
    isRead = true
    if (when === 'while') void refuseNow()
  })
  const tx: typeof db.tx = async (work, rank) => {
    try {
      return await plain(work, rank)
    } finally {
      if (isRead && when === 'after') {
        isRead = false
        await refuseNow()
      }
    }
  }
  Object.assign(db, { tx })
  return () => refusing
}

test.each(['while', 'after'] as const)(
  '%s it is read who gets it: who is on the list that WeCom has is not told as left out',
  async (when) => {
    const scene = await open()
    const refused = refuseAsTheyAreRead(scene, when)
    await scene.advance(MINUTE_MS)
    expect(refused()).toBeDefined()
    await refused()
    expect(scene.created()).toEqual(['zhangsan: wmA wmB'])
    expect(await scene.outcomes()).toEqual(['wmA planned', 'wmB planned'])
    await scene.confirmAll('zhangsan')
    await scene.advance(MINUTE_MS)
    await scene.advance(MINUTE_MS)
    expect(await scene.outcomes()).toEqual(['wmA sent', 'wmB sent'])
    expect(await scene.timeline('wmA')).toEqual(['群发「周三福利日」已送达（导购张三确认）'])
  },
)

test('all of them, before it is begun: WeCom is not asked, and it counts as never begun', async () => {
  const scene = await open({ sends: NIGHT, config: QUIET })
  await until(scene, '2026-11-25 22:00')
  for (const id of ['wmA', 'wmB']) await refuse(scene, id, 'sends')
  await scene.db.tx((tx) => tx.run(raw("DELETE FROM inbound_event WHERE kind = 'customer.consent'")))
  await until(scene, '2026-11-26 09:00')
  expect(scene.created()).toEqual([])
  expect(await scene.outcomes()).toEqual(['wmA cancelled', 'wmB cancelled'])
  expect(await scene.rawRows('SELECT state, started_at FROM send_batch')).toEqual([
    { state: 'closed', started_at: null },
  ])
})
