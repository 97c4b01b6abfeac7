import { afterEach, expect, test } from 'vitest'
import { createPeopleProgram } from '../../cli/people.ts'
import { sendsProgram } from '../../cli/sends.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { openSendScene, type SendScene, type SendSceneOptions } from '../../operations/mass-send/testing/send-scene.ts'
import { runCommand } from '../../testing/run-command.ts'
import { signedPost } from '../../testing/signed-post.ts'

const KF = 'wkEpXaDQAAx3Nf7bHt1ZqMv5LwRy8JcA'
const STOPPED = '已退订，想恢复回复「恢复」'
const BACK = '已恢复'
const policy = (stop = '') =>
  `stopWords:\n  accounts: [${KF}]\n  stop: { words: [退订, TD], ${stop}answer: "${STOPPED}" }\n  again: { words: [恢复], answer: ${BACK} }\n`
const CARE =
  'sop: care\nname: 关怀\ntrigger: { daily: "11:00" }\nwhen: { follow.active: true }\nsteps: [ { task: { for: guide, title: 问近况 } } ]\n'

/** As if the process had ended before the commit: what was done in its transaction until then is undone. */
const LAST_STEP_FAILS = {
  sqlite: "CREATE TRIGGER killed BEFORE INSERT ON consent BEGIN SELECT RAISE(ABORT, 'killed'); END",
  mysql:
    "CREATE TRIGGER killed BEFORE INSERT ON consent FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'killed'",
}

let scene: SendScene
const opened: SendScene[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

async function open(stop = '', options: SendSceneOptions = {}): Promise<void> {
  scene = await openSendScene({
    now: '2026-11-25T09:40:00+08:00',
    config: { 'policy.yaml': policy(stop), 'sop/care.yaml': CARE },
    ...options,
  })
  opened.push(scene)
  expect(scene.huoshui.rules.faults()).toEqual([])
  await scene.sandbox.addServiceAccount({ openKfId: KF, name: '牧野客服' })
  await scene.befriend('zhangsan', 'wmA', 'wmB')
  // The account is there since now; it is read at the next try.
  await wait(6)
}

const say = async (externalUserId: string, text: string, msgtype = 'text'): Promise<void> => {
  await scene.sandbox.sayToService({ openKfId: KF, externalUserId, text, msgtype })
  await scene.advance(SECOND_MS)
}
const answers = (externalUserId: string) => scene.sandbox.serviceAnswers({ openKfId: KF, externalUserId })
const words = () => scene.rawRows('SELECT external_userid, scope, state, source FROM consent ORDER BY id')
const said = (id: string) => scene.timelineOf(id, 'customer.refusal')
const wait = async (minutes: number): Promise<void> => {
  for (let minute = 0; minute < minutes; minute++) await scene.advance(MINUTE_MS)
}
const syncs = () => scene.sandbox.calls('kf/sync_msg').map(({ body }) => body as { token?: string; cursor?: string })
const sends = () => scene.sandbox.calls('kf/send_msg').length
const troubles = () => scene.rawRows('SELECT trouble FROM service_account')
const refused = (id: string, scope = '') => ({ external_userid: id, scope, state: 'refused', source: 'word' })

test('a word ends the next send and to-do, is answered once however often it is told, and another word begins them again', async () => {
  await open()
  scene.sandbox.setDelivery({ copies: 2 })
  await say('wmA', ' 退订\n')
  scene.sandbox.redeliver(({ event }) => event === 'kf_msg_or_event')
  await scene.settle()
  expect(await words()).toEqual([refused('wmA')])
  expect(answers('wmA')).toEqual([STOPPED])
  expect(sends()).toBe(1)
  expect(await said('wmA')).toEqual(['客户在微信客服里说了退订，不想收到任何营销'])
  const planned = (await runCommand(sendsProgram, ['plan', '周三福利日'], scene)).out
  expect(planned).toMatch(/客户拒绝了营销：1 位，如 .+（wmA）/)
  const people = createPeopleProgram({ pause: async () => undefined })
  expect((await runCommand(people, ['consents', 'wmA'], scene)).out).toContain('客户在微信客服里说的')

  await wait(76)
  expect(scene.created()).toEqual(['zhangsan: wmB'])
  const tasks = "SELECT external_userid FROM guide_task WHERE title = '问近况'"
  expect(await scene.rawRows(tasks)).toEqual([{ external_userid: 'wmB' }])

  await say('wmA', '恢复')
  expect(answers('wmA')).toEqual([STOPPED, BACK])
  expect(await said('wmA')).toEqual([
    '客户在微信客服里说了退订，不想收到任何营销',
    '客户在微信客服里说了恢复，又愿意收到任何营销',
  ])
  scene.clock.set(Date.parse('2026-12-02T09:59:30+08:00'))
  await wait(1)
  expect(scene.created().at(-1)).toBe('zhangsan: wmA wmB')
})

test('nothing else that is said counts, nor is it kept or logged, nor what others say', async () => {
  await open()
  await say('wmA', '退订吗？我想问')
  await say('wmA', '我的手机号是 13800000000')
  await say('wmA', '退订', 'image')
  for (const origin of [4, 5] as const)
    await scene.sandbox.serviceSays({ openKfId: KF, externalUserId: 'wmA', origin, text: '退订' })
  await scene.advance(SECOND_MS)
  expect(syncs().length).toBeGreaterThan(3)
  expect([await words(), await scene.rawRows('SELECT id FROM stop_word'), sends()]).toEqual([[], [], 0])
  const tables = await Promise.all(
    ['inbound_event', 'action', 'timeline', 'service_account'].map((table) => scene.rawRows(`SELECT * FROM ${table}`)),
  )
  expect(JSON.stringify([tables, scene.logLines])).not.toMatch(/我想问|13800000000/)
})

test('pages are read to their end however short they are, each from where the last ended', async () => {
  await open()
  await scene.sandbox.setServiceDesk({ pageRows: 2 })
  scene.sandbox.setDelivery({ copies: 0 })
  for (let nth = 0; nth < 5; nth++)
    await scene.sandbox.sayToService({ openKfId: KF, externalUserId: 'wmB', text: '在吗' })
  scene.sandbox.setDelivery({})
  const before = syncs().length
  await say('wmA', 'ＴＤ')
  expect(await words()).toEqual([refused('wmA')])
  const reads = syncs().slice(before)
  expect(reads.map(({ cursor }) => cursor)).toEqual(['KFCURSOR0', 'KFCURSOR2', 'KFCURSOR4'])
  expect(reads.every(({ token }) => token?.startsWith('ENC'))).toBe(true)
  await say('wmB', '在吗')
  expect(syncs().at(-1)?.cursor).toBe('KFCURSOR6')
})

test('a lost callback is made up for without its token, rarely; a token that is over is left away', async () => {
  await open()
  scene.sandbox.setDelivery({ copies: 0 })
  await say('wmA', '退订')
  expect(await words()).toEqual([])
  const before = syncs().length
  await wait(31)
  expect(await words()).toEqual([refused('wmA')])
  const reads = syncs().slice(before)
  expect([reads.length <= 2, reads.every(({ token }) => token === undefined)]).toEqual([true, true])

  scene.sandbox.setDelivery({})
  await scene.sandbox.sayToService({ openKfId: KF, externalUserId: 'wmB', text: '退订' })
  scene.sandbox.world.serviceDesk.tokens.clear()
  await scene.advance(SECOND_MS)
  expect(await words()).toEqual([refused('wmA'), refused('wmB')])
})

test('killed between the answer and the commit, it is read once more; what is read twice counts once', async () => {
  await open()
  await scene.rawRows(LAST_STEP_FAILS[scene.databaseUrl.startsWith('mysql') ? 'mysql' : 'sqlite'])
  await say('wmA', '退订')
  expect(await scene.rawRows('SELECT read_up_to FROM service_account')).toEqual([{ read_up_to: 'KFCURSOR0' }])
  expect([await scene.rawRows('SELECT id FROM stop_word'), sends()]).toEqual([[], 0])
  await scene.rawRows('DROP TRIGGER killed')
  const killed = scene
  scene = await killed.again()
  opened.push(scene)
  await wait(6)
  expect([await words(), answers('wmA')]).toEqual([[refused('wmA')], [STOPPED]])
  // A database that was put back has read less far than it did.
  await scene.rawRows('UPDATE service_account SET read_up_to = NULL, read_due_at = 0')
  await wait(1)
  expect(await scene.rawRows('SELECT read_up_to FROM service_account')).toEqual([{ read_up_to: 'KFCURSOR1' }])
  expect([await words(), answers('wmA'), sends()]).toEqual([[refused('wmA')], [STOPPED], 1])
  await scene.rawRows('UPDATE service_account SET read_up_to = NULL, read_due_at = 0')
  await scene.rawRows('DELETE FROM stop_word')
  await scene.rawRows("DELETE FROM action WHERE kind = 'stop-word.answer'")
  await wait(1)
  // The platform knows the second answer by its msgid.
  expect([await words(), answers('wmA'), sends()]).toEqual([[refused('wmA')], [STOPPED], 2])
})

test('whoever is not known yet is remembered until they are, in the order in which they spoke', async () => {
  await open()
  await say('wmNew', '恢复')
  await say('wmNew', '退订')
  expect([await words(), answers('wmNew')]).toEqual([[], [BACK, STOPPED]])
  expect(await scene.rawRows('SELECT id FROM stop_word WHERE settled_at IS NULL')).toHaveLength(2)
  await scene.befriend('zhangsan', 'wmNew')
  expect(await words()).toEqual([refused('wmNew')])
  await wait(16)
  expect(scene.created()).toEqual(['zhangsan: wmA wmB'])
  expect(await scene.rawRows('SELECT id FROM stop_word WHERE settled_at IS NULL')).toEqual([])
})

test('whoever becomes known while the file has no words is found by and by', async () => {
  await open()
  await say('wmNew', '退订')
  scene.writeConfig({ 'policy.yaml': 'quiet: "22:00-08:00"\n' })
  await scene.huoshui.rules.check()
  await scene.befriend('zhangsan', 'wmNew')
  expect(await words()).toEqual([])
  await wait(11)
  expect(await words()).toEqual([refused('wmNew')])
})

test('of what and for how long is as the file says, and takes nothing back of a wider word', async () => {
  await open('scope: sends, days: 90, ')
  await say('wmA', '退订')
  expect(await said('wmA')).toEqual(['客户在微信客服里说了退订，不想收到群发，到 2027-02-23'])
  await scene.db.tx((tx) =>
    scene.huoshui.privacy.consents.record(tx, {
      externalUserId: 'wmB',
      kind: 'marketing',
      state: 'refused',
      source: 'guide',
    }),
  )
  await say('wmB', '退订')
  expect(await words()).toEqual([refused('wmA', 'sends'), { ...refused('wmB'), source: 'guide' }])
  await say('wmB', '恢复')
  expect((await words()).at(-1)).toEqual({ ...refused('wmB'), state: 'given' })
  scene.clock.advance(91 * DAY_MS)
  expect(await scene.db.tx((tx) => scene.huoshui.privacy.consents.refusedNow(tx, 'marketing', 'wmA'))).toEqual([])
})

test('what the law says of a child no word takes back, and the answer says so', async () => {
  await open()
  await signedPost(scene, '/api/profiles', { customer: { externalUserId: 'wmA' }, birthday: '2016-03-04' })
  const before = await words()
  await say('wmA', '恢复')
  expect(answers('wmA')).toEqual(['未满十四周岁，由监护人联系我们恢复。'])
  expect(before.length).toBeGreaterThan(0)
  expect(await words()).toEqual(before)
  expect(await said('wmA')).not.toContainEqual(expect.stringContaining('又愿意'))
})

test.each([
  [95001, '企业微信没有接受微信客服里的回复（95001 发送客服消息次数限制）。客户说一次话最多回五条；等客户再说一次话'],
  [95002, '企业微信没有接受微信客服里的回复（95002 发送客服消息时间限制）。客户上一句话已过 48 小时；等客户再说一次话'],
  [
    95018,
    '企业微信没有接受微信客服里的回复（95018 发送客服消息时当前会话状态不允许发送）。这个会话有人在接待，由接待的人回复',
  ],
])('%i on the answer: told once, not tried again, and the word counts', async (errcode, why) => {
  await open()
  scene.sandbox.faults.set({ path: 'kf/send_msg', errcode })
  await say('wmA', '退订')
  await wait(20)
  expect([await words(), sends()]).toEqual([[refused('wmA')], 1])
  expect((await said('wmA')).at(-1)).toBe(`客户说的退订或恢复已经照办，回复没有发出去：${why}`)
})

test('while a person serves the chat no program answers; words of long ago count and are not answered', async () => {
  await open()
  await say('wmA', '在吗')
  await scene.sandbox.moveServiceChat({ openKfId: KF, externalUserId: 'wmA', state: 3 })
  await say('wmA', '退订')
  expect(answers('wmA')).toEqual([])
  scene.sandbox.setDelivery({ copies: 0 })
  scene.sandbox.faults.set({ path: 'kf/sync_msg', errcode: 45009, times: 1 })
  await scene.sandbox.sayToService({ openKfId: KF, externalUserId: 'wmB', text: '退订' })
  scene.clock.advance(49 * HOUR_MS)
  await wait(35)
  expect(await words()).toEqual([refused('wmA'), refused('wmB')])
  expect(answers('wmB')).toEqual([])
  expect((await said('wmB')).at(-1)).toBe('客户说的退订或恢复已经照办，回复没有发出去：已过客户说话后的 48 小时')
})

test('an account that cannot be read says why, and is read once it can', async () => {
  await open()
  await scene.sandbox.setServiceDesk({ withdrawn: KF })
  await say('wmA', '退订')
  expect(await troubles()).toEqual([{ trouble: expect.stringContaining('48007') }])
  const account = scene.sandbox.world.serviceDesk.accounts.get(KF)
  if (account !== undefined) account.isGranted = true
  await wait(16)
  expect(await words()).toEqual([refused('wmA')])
  expect(await troubles()).toEqual([{ trouble: null }])
})

test('without words in the file nothing is read, whatever is said; taken out, the reading ends', async () => {
  await open('', { config: { 'sop/care.yaml': CARE } })
  await say('wmA', '退订')
  await wait(12)
  expect([syncs(), await troubles()]).toEqual([[], []])
  scene.writeConfig({ 'policy.yaml': policy() })
  await scene.huoshui.rules.check()
  await wait(12)
  // What was said in the last three days counts.
  expect(await words()).toEqual([refused('wmA')])
  scene.writeConfig({ 'policy.yaml': 'quiet: "22:00-08:00"\n' })
  await scene.huoshui.rules.check()
  const before = syncs().length
  await say('wmB', '退订')
  await wait(40)
  expect(syncs().length).toBe(before)
  expect(await scene.rawRows('SELECT read_due_at FROM service_account')).toEqual([{ read_due_at: null }])
})
