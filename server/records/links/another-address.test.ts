import { afterEach, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { openSendScene, type SendScene } from '../../operations/mass-send/testing/send-scene.ts'
import { approveMoment } from '../../operations/moments/plan-moments.ts'

/** Two processes that sign with other keys, or stand at another address, while one takes the other's place. */

const OLD = 'https://old.example.cn'
const NEW = 'https://new.example.cn'
const policy = (url: string): string => `links: { 新品: { url: "${url}" } }\n`
const CONFIG = {
  'policy.yaml': policy('https://shop.example.cn/spring'),
  'campaigns/c.yaml':
    'campaign: 家宴\ndate: "2026-11-26"\naudience: { follow.active: true }\napproval: 24h\nsteps: [ { step: 上新, day: 0, at: "10:00", moment: { text: "看 {链接:新品}" } } ]\n',
  'groups/g.yaml':
    'pool: 付费群\nrole: paid\ngroups: { namePrefix: 付费 }\ncapacity: 200\nentry: {}\ninviteBy: task\nwelcome: { text: "欢迎 {链接:新品}" }\n',
}

const opened: SendScene[] = []
afterEach(async () => {
  for (const scene of opened.splice(0).reverse()) await scene.close()
})

const called = (scene: SendScene, what: string): string[] =>
  scene.sandbox
    .calls(`externalcontact/${what}`)
    .map(({ body }) => (body as { text: { content: string } }).text.content.replace(/\/l\/\S+/, '/l/…'))
const runs = (scene: SendScene) => scene.rawRows('SELECT state, remark FROM moment_run ORDER BY id')

test('what waits for a yes waits on, and what stands in a template is not written again and again', async () => {
  const scene = await openSendScene({ env: { PUBLIC_URL: OLD }, config: CONFIG })
  opened.push(scene)
  await scene.befriend('zhangsan', 'wmA')
  for (let minutes = 0; minutes < 3; minutes++) await scene.advance(MINUTE_MS)
  expect(await runs(scene)).toEqual([{ state: 'awaiting', remark: null }])
  expect(called(scene, 'group_welcome_template/add')).toEqual([`欢迎 ${OLD}/l/…`])

  const second = await scene.again({ env: { PUBLIC_URL: NEW } })
  opened.push(second)
  for (const process of [second, scene, second, scene]) await process.advance(2 * MINUTE_MS)
  expect(await runs(scene)).toEqual([{ state: 'awaiting', remark: null }])
  expect(called(scene, 'group_welcome_template/edit')).toEqual([])

  const [run] = await scene.rawRows<{ id: number }>('SELECT id FROM moment_run')
  await second.db.tx((tx) => approveMoment(tx, run?.id ?? 0, { by: '王五', nowMs: second.clock.now() }))
  // The new one alone: a day later at the latest the template has its address, and a moment at once.
  second.clock.set(Date.parse('2026-11-26T10:00:30+08:00'))
  for (let rounds = 0; rounds < 12; rounds++) await second.advance(30 * SECOND_MS)
  expect(called(second, 'add_moment_task')).toEqual([`看 ${NEW}/l/…`])
  expect(called(second, 'group_welcome_template/edit')).toEqual([`欢迎 ${NEW}/l/…`])
  await second.advance(DAY_MS)
  for (let minutes = 0; minutes < 3; minutes++) await second.advance(MINUTE_MS)
  expect(called(second, 'group_welcome_template/edit')).toHaveLength(1)
  // Where the rules let it lead elsewhere, it is written at once.
  second.writeConfig({ 'policy.yaml': policy('https://shop.example.cn/summer') })
  await second.huoshui.rules.check()
  for (let minutes = 0; minutes < 3; minutes++) await second.advance(MINUTE_MS)
  expect(called(second, 'group_welcome_template/edit')).toHaveLength(2)
})
