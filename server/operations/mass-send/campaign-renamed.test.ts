import { afterEach, expect, test } from 'vitest'
import { drawPoint } from '../../core/kernel/draw.ts'
import { at, heard, openCampaignScene } from './testing/campaign-scene.ts'
import type { GroupScene } from './testing/group-scene.ts'

/** A campaign under another name, and steps of it: what is out stays out, what is not comes, once; told twice. */

const opened: Pick<GroupScene, 'close'>[] = []
afterEach(async () => {
  for (const scene of opened.splice(0).reverse()) await scene.close()
})

const DINNER = `
campaign: 家宴
date: "2026-11-28"
audience: { follow.active: true }
holdOut: { percent: 50, days: 3 }
steps:
  - { step: 备货, day: -2, at: "10:00", duty: { title: 看库存, who: [lisi] } }
  - { step: 预热, day: -2, at: "11:00", send: { text: 后天开始 } }
  - { step: 上新, day: -2, at: "11:00", moment: { text: 家宴专场 } }
  - { step: 当天, day: 0, at: "10:00", send: { text: 今天开始 } }
  - { step: 收尾, day: 2, at: "10:00", send: { text: 今晚截止 } }
`
const RENAMED = DINNER.replace('campaign: 家宴', 'campaign: 年末家宴\nwas: 家宴')
  .replace('step: 预热,', 'step: 预告, was: 预热,')
  .replace('step: 收尾,', 'step: 最后一天, was: 收尾,')

test('renamed in the middle, its steps too: the same people go on to be held out, and nothing comes twice', async () => {
  const scene = await openCampaignScene(DINNER)
  opened.push(scene)
  const people = Array.from({ length: 8 }, (_, n) => `wm${n}`)
  await scene.befriend('zhangsan', ...people)
  const under = (name: string) => people.filter((id) => drawPoint(`campaign:${name}`, id) * 100 >= 50)
  const asked = under('家宴')
  // Else the test could not tell by which name they are drawn.
  expect(under('年末家宴')).not.toEqual(asked)
  const news = heard(scene)
  await at(scene, '2026-11-26 10:01')
  await at(scene, '2026-11-26 11:01')
  await scene.confirmAll('zhangsan')
  const duties = () => scene.rawRows('SELECT duty_name FROM duty ORDER BY id')
  expect(news()).toEqual([`11-26 11:02 zhangsan 后天开始 ${asked.join(' ')}`, '11-26 11:02 朋友圈 家宴专场'])

  for (const written of [RENAMED, RENAMED.replace('"2026-11-28"', '"2026-11-29"'), RENAMED]) {
    await scene.write(written)
    expect(scene.huoshui.rules.faults()).toEqual([])
    const process = await scene.after(written)
    opened.push(process)
    scene.sandbox.redeliver()
    await at(process, '2026-11-27 11:01')
  }
  expect(news()).toEqual([])
  expect(await duties()).toEqual([{ duty_name: '年末家宴·备货' }])
  await at(scene, '2026-11-28 10:01')
  expect(news()).toEqual([`11-28 10:02 zhangsan 今天开始 ${asked.join(' ')}`])
  await scene.confirmAll('zhangsan')
  // `was` may go when all know the new name.
  await scene.write(RENAMED.replace('was: 家宴\n', '').replaceAll(/, was: \S+,/g, ','))
  expect(scene.huoshui.rules.faults()).toEqual([])
  await at(scene, '2026-11-30 10:01')
  expect(news()).toEqual([`11-30 10:02 zhangsan 今晚截止 ${asked.join(' ')}`])
}, 240_000)

test.each([
  [
    'it is still there',
    `${DINNER}---\n${RENAMED.replace('2026-11-28', '2026-12-28')}`,
    '「家宴」还在，不能又是别人的旧名字',
  ],
  ['two steps claim it', RENAMED.replace('step: 当天,', 'step: 当天, was: 预热,'), '「预热」已经写成另一个的旧名字'],
])('a former name must be nobody else’s: %s', async (_why, text, message) => {
  const scene = await openCampaignScene(DINNER)
  opened.push(scene)
  scene.writeConfig({ 'campaigns/c.yaml': text })
  await scene.huoshui.rules.check()
  expect(scene.huoshui.rules.faults().map((fault) => fault.message)).toContain(message)
})
