import { afterEach, expect, test } from 'vitest'
import { campaignsProgram } from '../../cli/campaigns.ts'
import { sendsProgram } from '../../cli/sends.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { LINK_CLICK } from '../../records/links/link-tables.ts'
import { runCommand } from '../../testing/run-command.ts'
import { armOf } from './pick-variant.ts'
import { at, openCampaignScene } from './testing/campaign-scene.ts'

type Scene = Awaited<ReturnType<typeof openCampaignScene>>

const opened: Scene[] = []
afterEach(async () => {
  for (const scene of opened.splice(0)) await scene.close()
})

const ORIGIN = 'https://scrm.example.cn'
const SALE = `
campaign: 大促
date: "2026-11-28"
audience: { follow.active: true }
steps:
  - step: 预热
    day: -2
    at: "11:00"
    send:
      choose:
        - { variant: 老客, when: { orders.paid.count: { gte: 1 } }, text: 老朋友先看 }
        - otherwise: { text: 后天开始 }
  - step: 当天
    day: 0
    at: "10:00"
    send: { split: { arms: [{ arm: 短, weight: 50, text: 开始了 }, { arm: 长, weight: 50, text: 开始了，要哪款回我 }] } }
`
const PEOPLE = Array.from({ length: 8 }, (_, n) => `wm${10 + n}`)
const ARMS = { of: ['短', '长'].map((name) => ({ name, weight: 50, content: {} })) }
const drawing = (nth: number): string[] => PEOPLE.filter((id) => armOf('split:send:大促·当天', id, ARMS) === nth)

test('each step of a campaign has its own versions, and its report tells them apart', async () => {
  const scene = await openCampaignScene(SALE)
  opened.push(scene)
  await scene.befriend('zhangsan', ...PEOPLE)
  const [first = ''] = PEOPLE
  await scene.sandbox.order({
    ...{ orderId: 'o1', externalUserId: first, totalFen: 10_000, status: 'paid', paidAt: '2026-11-20T10:00:00+08:00' },
  })
  await scene.settle()
  await at(scene, '2026-11-26 11:00')
  expect(scene.texts().sort()).toEqual(['后天开始', '老朋友先看'])
  await scene.confirmAll('zhangsan')
  await at(scene, '2026-11-28 10:00')
  await scene.confirmAll('zhangsan')
  for (let round = 0; round < 6; round++) await scene.advance(MINUTE_MS)
  const [short, long] = [drawing(0).length, drawing(1).length]
  expect(short > 0 && long > 0).toBe(true)
  const { out } = await runCommand(campaignsProgram, ['show', '大促'], scene)
  expect(out).toContain('「老客」版：该发 1 位，送达 1 位，点了链接 0 位，7 天内下单 0 位、0.00 元')
  expect(out).toContain('「其余」版：该发 7 位，送达 7 位')
  expect(out).toContain(`「短」版：该发 ${short} 位，送达 ${short} 位`)
  expect(out).toMatch(new RegExp(`「长」版：该发 ${long} 位.*，哪一版好：npm run -s sends -- effect \\d+`))
  const csv = await runCommand(campaignsProgram, ['show', '大促', '--csv'], scene)
  expect(csv.out).toContain('"预热","其中「老客」版","2026-11-26 11:00"')
})

test('what waits for a yes is asked for anew when a version of it is changed', async () => {
  const scene = await openCampaignScene(`${SALE}approval: 24h\n`)
  opened.push(scene)
  await scene.befriend('zhangsan', ...PEOPLE)
  await at(scene, '2026-11-25 11:05')
  const waiting = () => scene.rawRows<{ id: number }>("SELECT id FROM send_run WHERE state = 'awaiting'")
  const [before] = await waiting()
  await scene.write(`${SALE.replace('老朋友先看', '老朋友先挑')}approval: 24h\n`)
  const [after] = await waiting()
  expect([before !== undefined, after !== undefined, before?.id === after?.id]).toEqual([true, true, false])
})

test('links tell by which version they were opened, by known people and by unknown ones', async () => {
  const withLinks = SALE.replace('text: 开始了 }', 'text: "看 {链接:新品}" }').replace(
    'text: 开始了，要哪款回我 }',
    'text: "{链接:新品} 开始了" }',
  )
  const links = { 'policy.yaml': 'links: { 新品: { url: "https://shop.example.cn/spring" } }\n' }
  const scene = await openCampaignScene(withLinks, links, { env: { PUBLIC_URL: ORIGIN } })
  opened.push(scene)
  expect(scene.huoshui.rules.faults()).toEqual([])
  await scene.befriend('zhangsan', ...PEOPLE)
  await at(scene, '2026-11-28 10:00')
  const text = scene.texts().find((one) => one.startsWith('看 ')) ?? ''
  const path = (/https:\S+/.exec(text)?.[0] ?? '').slice(ORIGIN.length)
  expect(path).toMatch(/\?f=s[0-9a-z]+_1\.[\w-]{8}$/)
  const answer = await fetch(`${scene.url}${path}`, { redirect: 'manual', headers: { 'user-agent': 'MicroMessenger' } })
  expect(answer.headers.get('location')).toBe('https://shop.example.cn/spring')
  // Of another version's number the seal is not that one's.
  await fetch(`${scene.url}${path.replace('_1.', '_2.')}`, {
    redirect: 'manual',
    headers: { 'user-agent': 'MicroMessenger' },
  })
  await scene.settle()
  const [run] = await scene.rawRows<{ id: number }>("SELECT id FROM send_run WHERE send_name = '大促·当天'")
  const show = await runCommand(sendsProgram, ['show', String(run?.id)], scene)
  expect(show.out).toContain('链接「新品」（「短」版）：认识的 0 人点了 0 次，不认识的人 1 次，爬虫 0 次')
  expect(show.out).not.toContain('（「长」版）')
  // Of known people only those count for a version who opened a link in a message of this run.
  await scene.confirmAll('zhangsan')
  for (let round = 0; round < 6; round++) await scene.advance(MINUTE_MS)
  const opening = (external_userid: string, through: string) => ({
    ...{ click_key: `k${external_userid}`, link: '新品', external_userid, at: scene.clock.now(), through },
  })
  const [own = '', other = ''] = drawing(1)
  await scene.db.tx((tx) =>
    tx.insertIgnore(LINK_CLICK, [opening(own, `send:${run?.id}/2`), opening(other, 'send:77/2')]),
  )
  const after = await runCommand(sendsProgram, ['show', String(run?.id)], scene)
  const asked = drawing(1).length
  expect(after.out).toContain(`「长」：该发 ${asked}，送达 ${asked}；点了链接 1 位`)
  expect(after.out).toContain('（「长」版）：认识的 1 人点了 1 次')
  const clicks = await runCommand(sendsProgram, ['clicks'], scene)
  expect(clicks.out).toContain('群发「大促·当天」的「短」版：认识的 0 人点了 0 次，不认识的人 1 次')
})
