import { afterEach, expect, it } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { openBrowser } from '../../../sidebar-api/testing/sidebar-browser.ts'
import { signedPost } from '../../../testing/signed-post.ts'
import { steakLadder, TIER_TAGS } from '../../tiers/testing/steak-ladder.ts'
import { openSopScene, type SopScene } from '../testing/sop-scene.ts'

let t: SopScene
afterEach(() => t.close())

/** A journey that asks the guide for one thing, named like itself. */
const asking = (sop: string, trigger: string, more = ''): string =>
  `sop: ${sop}\nname: ${sop}\ntrigger: ${trigger}\nsteps: [ { task: { for: guide, title: ${sop} } } ]\nreenterAfterDays: 0\n${more}`

const titles = async (id: string): Promise<string[]> => (await t.tasksAbout(id)).map((task) => task.title).sort()

const tagId = async (path: string): Promise<string> => {
  const [tag] = await t.rawRows<{ tag_id: string }>('SELECT tag_id FROM corp_tag WHERE path = ?', [path])
  return tag?.tag_id ?? ''
}

it('tells tags put on and taken off by hand in WeCom, by a guide in the sidebar, and by rule', async () => {
  t = await openSopScene({
    sop: [
      asking('hand-on', '{ event: tag.added, tag: 生命周期/老客, by: hand }'),
      asking('hand-off', '{ event: tag.removed, tag: 生命周期/老客, by: hand }'),
      asking('rule-on', '{ event: tag.added, by: rule }'),
      asking('rule-off', '{ event: tag.removed, by: rule }'),
      `sop: paid\nname: paid\ntrigger: order.paid\nsteps:\n  - tag: { add: [生命周期/新客] }\n  - wait: 10m\n  - tag: { add: [生命周期/沉睡], remove: [生命周期/新客] }\n`,
    ].join('---\n'),
  })
  const inWecom = await t.scan({ state: 'store-code' })
  const old = await tagId('生命周期/老客')
  await t.advance(MINUTE_MS)
  await t.sandbox.editTags({ userId: 'zhangsan', externalUserId: inWecom, add: [old] })
  await t.settle()
  expect(await titles(inWecom)).toEqual(['hand-on'])
  await t.advance(MINUTE_MS)
  await t.sandbox.editTags({ userId: 'zhangsan', externalUserId: inWecom, remove: [old] })
  await t.settle()
  await t.again()
  expect(await titles(inWecom)).toEqual(['hand-off', 'hand-on'])

  const inSidebar = await t.scan({ state: 'store-code' })
  const guide = openBrowser(t.url)
  await guide.login('zhangsan')
  const change = (body: object) => guide.post(`customers/${inSidebar}/tags`, { add: [], remove: [], ...body })
  expect((await change({ add: ['生命周期/老客'] })).status).toBe(200)
  await t.settle()
  expect((await change({ remove: ['生命周期/老客'] })).status).toBe(200)
  await t.settle()
  expect(await titles(inSidebar)).toEqual(['hand-off', 'hand-on'])

  const byRule = await t.scan({ state: 'store-code' })
  await t.pay(byRule)
  expect(await titles(byRule)).toEqual(['rule-on'])
  await t.advance(10 * MINUTE_MS)
  await t.again()
  expect(await titles(byRule)).toEqual(['rule-off', 'rule-on', 'rule-on'])
})

it('ends by itself where journeys put on and take off the tags that begin them', async () => {
  t = await openSopScene({
    sop: [
      `sop: self\nname: self\ntrigger: { event: tag.added, tag: 来源/包裹卡 }\nreenterAfterDays: 0\nsteps:\n  - tag: { remove: [来源/包裹卡] }\n  - wait: 10m\n  - tag: { add: [来源/包裹卡] }\n`,
      `sop: ping\nname: ping\ntrigger: { event: tag.added, tag: 生命周期/新客 }\nreenterAfterDays: 0\nsteps:\n  - tag: { add: [生命周期/老客], remove: [生命周期/新客] }\n`,
      `sop: pong\nname: pong\ntrigger: { event: tag.added, tag: 生命周期/老客 }\nreenterAfterDays: 0\nsteps:\n  - tag: { add: [生命周期/新客], remove: [生命周期/老客] }\n`,
      'sop: begin\nname: begin\ntrigger: customer.added\nsteps:\n  - tag: { add: [来源/包裹卡, 生命周期/新客] }\n',
    ].join('---\n'),
  })
  const id = await t.scan({ state: 'store-code' })
  for (let round = 0; round < 5; round++) await t.advance(11 * MINUTE_MS)
  const sops = (await t.journeys(id)).map((journey) => journey.sop).sort()
  expect(sops).toEqual(['begin', 'ping', 'pong', 'self'])

  // A person's tag begins a new chain.
  await t.sandbox.editTags({ userId: 'zhangsan', externalUserId: id, remove: [await tagId('生命周期/新客')] })
  await t.settle()
  await t.advance(MINUTE_MS)
  await t.sandbox.editTags({ userId: 'zhangsan', externalUserId: id, add: [await tagId('生命周期/新客')] })
  await t.settle()
  for (let round = 0; round < 5; round++) await t.advance(MINUTE_MS)
  expect((await t.journeys(id)).filter(({ sop }) => sop === 'ping')).toHaveLength(2)
})

it('knows who comes back: customer.added means every time, customer.readded only the later ones, with its welcome', async () => {
  t = await openSopScene({
    sop: [
      asking('every', 'customer.added'),
      'sop: back\nname: back\ntrigger: customer.readded\nsteps:\n  - welcome: 包裹卡欢迎语\n  - task: { for: guide, title: back }\n',
    ].join('---\n'),
  })
  const id = await t.scan({ state: 'store-code' })
  expect(await titles(id)).toEqual(['every'])
  await t.sandbox.deleteGuide({ externalUserId: id, userId: 'zhangsan' })
  await t.advance(DAY_MS)
  await t.scan({ state: 'store-code', externalUserId: id })
  await t.again()
  expect(await titles(id)).toEqual(['back', 'every', 'every'])
  expect(t.texts(id)).toEqual(['您好。', '谢谢您买我们的牛排。'])
  expect(await t.timeline(id)).toContain('进入 SOP「back」（重新添加好友）')
})

it('begins when a guide sends a script that carries a link', async () => {
  t = await openSopScene({
    sop: [
      asking('linked', '{ event: script.sent, carries: link }'),
      asking('first', '{ event: script.sent, script: first-order }'),
    ].join('---\n'),
    files: {
      'scripts/more.yaml':
        'domain: 售后\nsituations:\n  - situation: 做法\n    scripts:\n      - { id: how-to, title: 怎么煎, aim: 会煎, expect: 好的, text: "看这里 https://example.com/how" }\n',
    },
  })
  const id = await t.scan({ state: 'store-code' })
  const guide = openBrowser(t.url)
  await guide.login('zhangsan')
  const send = (key: string, scriptId?: string) => guide.post(`customers/${id}/sent`, { key, scriptId })
  expect((await send('tap-000000')).status).toBe(200)
  await t.settle()
  expect(await titles(id)).toEqual([])
  await send('tap-000001', 'first-order')
  await send('tap-000001', 'first-order')
  await t.settle()
  expect(await titles(id)).toEqual(['first'])
  await send('tap-000002', 'how-to')
  await t.settle()
  expect(await titles(id)).toEqual(['first', 'linked'])
})

it('begins once with a script that goes in parts, and with a part only where a rule asks for what it brings', async () => {
  const attachments = 'attachments: [{ link: { url: "https://example.com/more", title: 更多 } }]'
  t = await openSopScene({
    sop: [
      asking('any', 'script.sent'),
      asking('this', '{ event: script.sent, script: how-to }'),
      asking('linked', '{ event: script.sent, carries: link }'),
    ].join('---\n'),
    files: {
      'scripts/more.yaml': `domain: 售后\nsituations:\n  - situation: 做法\n    scripts:\n      - { id: how-to, title: 怎么煎, aim: 会煎, expect: 好的, text: 看这里, ${attachments} }\n      - { id: twice, title: 两个, aim: 会煎, expect: 好的, text: "看 https://example.com/how", ${attachments} }\n`,
    },
  })
  const id = await t.scan({ state: 'store-code' })
  const guide = openBrowser(t.url)
  await guide.login('zhangsan')
  const told = async (scriptId: string, part: object) => {
    const body = { key: `tap-${scriptId}-01`, scriptId, part }
    for (let n = 0; n < 2; n++) expect((await guide.post(`customers/${id}/sent`, body)).status).toBe(200)
    await t.settle()
    await t.again()
  }
  const first = { after: 0, went: ['text'], refused: ['news'] }
  const rest = { after: 1, before: ['text'], went: ['news'], refused: [] }
  await told('how-to', first)
  expect(await titles(id)).toEqual(['any', 'this'])
  await told('how-to', rest)
  expect(await titles(id)).toEqual(['any', 'linked', 'this'])
  await told('twice', first)
  expect(await titles(id)).toEqual(['any', 'any', 'linked', 'linked', 'this'])
  // The card is a link, and so were the words.
  await told('twice', rest)
  expect(await titles(id)).toEqual(['any', 'any', 'linked', 'linked', 'this'])
})

it('begins with the part that is told first, whichever that is', async () => {
  t = await openSopScene({
    sop: [asking('any', 'script.sent'), asking('linked', '{ event: script.sent, carries: link }')].join('---\n'),
    files: {
      'scripts/more.yaml':
        'domain: 售后\nsituations:\n  - situation: 做法\n    scripts:\n      - { id: how-to, title: 怎么煎, aim: 会煎, expect: 好的, text: "看这里 https://example.com/how" }\n',
    },
  })
  const id = await t.scan({ state: 'store-code' })
  const guide = openBrowser(t.url)
  await guide.login('zhangsan')
  const told = (part: object) => guide.post(`customers/${id}/sent`, { key: 'tap-000001', scriptId: 'how-to', part })
  // The network ate that the words went, and told it after all when the picture had gone.
  expect((await told({ after: 1, before: ['text'], went: ['image'], refused: [] })).status).toBe(200)
  await t.settle()
  expect(await titles(id)).toEqual(['any', 'linked'])
  expect((await told({ after: 0, went: ['text'], refused: ['image'] })).status).toBe(200)
  await t.settle()
  await t.again()
  expect(await titles(id)).toEqual(['any', 'linked'])
})

it('begins when a customer rises to a level', async () => {
  t = await openSopScene({
    sop: [
      asking('rose', '{ event: tier.changed, ladder: 分层, from: C, to: A }'),
      asking('other', '{ event: tier.changed, to: B }'),
    ].join('---\n'),
    files: { 'tags.yaml': TIER_TAGS, 'tiers/分层.yaml': steakLadder() },
  })
  const id = await t.scan({ state: 'store-code' })
  await t.sandbox.order({ externalUserId: id, orderId: 'o1', totalFen: 200_000, status: 'paid' })
  await t.settle()
  await t.again()
  expect(await titles(id)).toEqual(['rose'])
})

it('begins with an answer of a survey, once however often it is posted', async () => {
  t = await openSopScene({
    sop: [
      asking('gift', '{ event: survey.answered, survey: 到店, answer: 送人 }'),
      asking('self', '{ event: survey.answered, answer: 自己吃 }'),
    ].join('---\n'),
  })
  const id = await t.scan({ state: 'store-code' })
  const response = (responseId: string, answer: string) => ({
    surveyId: '到店',
    responseId,
    customer: { externalUserId: id },
    answers: [{ question: '给谁买', answer }],
  })
  for (let round = 0; round < 2; round++)
    expect((await signedPost(t, '/api/surveys', response('r1', '送人'))).status).toBe(200)
  await t.settle()
  await t.again()
  expect(await titles(id)).toEqual(['gift'])
})

it('begins by an order of up to three days ago, and by no older one', async () => {
  t = await openSopScene({ sop: asking('thanks', 'order.paid') })
  const [late, past] = [await t.scan({ state: 'store-code' }), await t.scan({ state: 'store-code' })]
  await t.pay(late, 'o1', t.clock.now() - 3 * DAY_MS + MINUTE_MS)
  await t.pay(past, 'o2', t.clock.now() - 3 * DAY_MS - MINUTE_MS)
  expect([await titles(late), await titles(past)]).toEqual([['thanks'], []])
})

it('late news of an old order ends what it makes untrue, reaches no goal, and begins nothing', async () => {
  const first = (sop: string, when: string) =>
    `sop: ${sop}\nname: ${sop}\ntrigger: customer.added\n${when}goal: order.paid\nsteps: [ { wait: 3d }, { task: { for: guide, title: ${sop} } } ]\n`
  t = await openSopScene({
    sop: [
      first('first-order', 'when: { orders.paid.count: 0 }\n'),
      first('for-all', ''),
      first('no-goal', 'when: { orders.paid.count: 0 }\n').replace('goal: order.paid\n', ''),
      // Untrue by its own doing, and no order's business.
      first('own-tag', 'when: { tags: { none: [生命周期/新客] }, orders.paid.count: { lte: 5 } }\n')
        .replace('goal: order.paid\n', '')
        .replace('[ {', '[ { tag: { add: [生命周期/新客] } }, {'),
      asking('thanks', 'order.paid'),
    ].join('---\n'),
  })
  const id = await t.scan({ state: 'store-code' })
  await t.advance(MINUTE_MS)
  const other = await t.scan({ state: 'store-code' })
  await t.advance(MINUTE_MS)
  await t.pay(id, 'old', Date.parse('2023-11-22T10:00:00+08:00'))
  await t.again()
  expect(await t.timeline(id)).toEqual(
    expect.arrayContaining(['离开 SOP「first-order」：补到更早的消息，已不符合进入条件']),
  )
  const states = async (externalUserId: string) =>
    (
      await t.rawRows<{ sop: string; state: string }>(
        'SELECT sop, state FROM sop_entry WHERE external_userid = ? ORDER BY sop',
        [externalUserId],
      )
    ).map(({ sop, state }) => `${sop} ${state}`)
  const untouched = ['first-order active', 'for-all active', 'no-goal active', 'own-tag active']
  expect(await states(id)).toEqual(['first-order left', 'for-all active', 'no-goal left', 'own-tag active'])
  expect(await states(other)).toEqual(untouched)
  await t.pay(id, 'new')
  await t.again()
  expect(await states(id)).toEqual([
    'first-order left',
    'for-all goal',
    'no-goal left',
    'own-tag active',
    'thanks finished',
  ])
  expect(await states(other)).toEqual(untouched)
})
