import { afterAll, beforeAll, expect, test } from 'vitest'
import { TIMELINE } from '../records/timeline/timeline-tables.ts'
import type { Profile, Proposals, Refusal, Scripts, TagGroups, Tasks, Timeline } from './contract.ts'
import type { Browser } from './testing/sidebar-browser.ts'
import { openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'

let scene: SidebarScene
let zhangsan: Browser
let lisi: Browser
let of: string
beforeAll(async () => {
  scene = await openSidebarScene()
  zhangsan = await scene.as('zhangsan')
  lisi = await scene.as('lisi')
  of = `customers/${scene.externalUserId}`
})
afterAll(() => scene.close())

/** A refusal as it goes out, with what its log line is found by. */
type Refused = Refusal & { requestId: string }
const NOT_YOURS = { status: 403, body: { code: 'sidebar.checking' } }

test('what went of several messages is told as gone, and the rest once it goes, as one use of the script', async () => {
  const t = await openSidebarScene()
  try {
    const zhangsan = await t.as('zhangsan')
    const told = { key: 'tap-000031', scriptId: 'hello' }
    const first = { ...told, part: { after: 0, went: ['text'], refused: ['image', 'news'] } }
    const rest = { ...told, part: { after: 1, went: ['image', 'news'], refused: [] } }
    for (const body of [first, first, rest, rest])
      expect((await zhangsan.post(`customers/${t.externalUserId}/sent`, body)).status).toBe(200)
    expect((await t.timelineOf(t.externalUserId, 'script.sent')).sort()).toEqual([
      '张三发了话术「打个招呼」：文字，图片和链接没有发出',
      '张三补发了话术「打个招呼」：图片和链接',
    ])
    expect(await t.rawRows('SELECT script_id FROM script_use')).toEqual([{ script_id: 'hello' }])
    const events = await t.rawRows<{ payload: string }>(
      "SELECT payload FROM inbound_event WHERE kind = 'script.sent' ORDER BY id",
    )
    expect(events.map(({ payload }) => JSON.parse(payload).rest ?? false)).toEqual([false, true])
    expect(await t.rawRows("SELECT kind FROM touch WHERE kind = 'script'")).toEqual([{ kind: 'script' }])
  } finally {
    await t.close()
  }
})

test('the list that was drawn is kept with what was sent of it, only scripts of the files, and no longer one than fits', async () => {
  const t = await openSidebarScene()
  try {
    const zhangsan = await t.as('zhangsan')
    const send = (body: object) => zhangsan.post(`customers/${t.externalUserId}/sent`, { scriptId: 'coupon', ...body })
    const shown = ['hello', 'coupon', 'written by somebody']
    for (const key of ['tap-000041', 'tap-000041']) expect((await send({ key, place: 2, shown })).status).toBe(200)
    expect((await send({ key: 'tap-000042' })).status).toBe(200)
    // Where what stood above it is not kept, neither is its place among it.
    const after = ['written by somebody', 'hello', 'coupon']
    expect((await send({ key: 'tap-000044', place: 3, shown: after })).status).toBe(200)
    expect((await send({ key: 'tap-000045', place: 1, shown: ['written by somebody'] })).status).toBe(200)
    const ids = Array.from({ length: 11 }, (_, n) => `s${n}`)
    for (const shown of [ids, [], ['x'.repeat(41)]]) {
      expect([shown, (await send({ key: 'tap-000043', shown })).status]).toEqual([shown, 400])
    }
    expect(await t.rawRows('SELECT place, shown FROM script_use ORDER BY id')).toEqual([
      { place: 2, shown: '["hello","coupon"]' },
      { place: null, shown: null },
      { place: 2, shown: '["hello","coupon"]' },
      { place: null, shown: '[]' },
    ])
  } finally {
    await t.close()
  }
})

test('a guide cannot reach another guide’s customer by changing the id, on any route', async () => {
  for (const rest of ['', '/version', '/orders', '/timeline', '/tasks', '/proposals', '/journeys']) {
    expect(await lisi.get(`${of}${rest}`)).toMatchObject(NOT_YOURS)
    expect(await zhangsan.get(`${of}${rest}`)).toMatchObject({ status: 200 })
  }
  const changes: [string, unknown][] = [
    ['tags', { add: ['口味/厚切'], remove: [] }],
    ['remark', { remark: '偷改', saw: [''] }],
    ['tasks/1/done', {}],
    ['sent', { key: 'a-key-0001', scriptId: 'hello' }],
  ]
  for (const [rest, body] of changes) expect(await lisi.post(`${of}/${rest}`, body)).toMatchObject(NOT_YOURS)
  await scene.settle()
  expect(scene.sandbox.calls('externalcontact/remark')).toEqual([])
  expect(await scene.rawRows('SELECT * FROM script_use')).toEqual([])
})

test('an unknown customer gets word for word the same answer as another guide’s', async () => {
  const theirs = await lisi.get<Refused>(of)
  const nobody = await lisi.get<Refused>('customers/wmNobodyAtAll')
  const { requestId: _a, ...theirAnswer } = theirs.body
  const { requestId: _b, ...nobodysAnswer } = nobody.body
  expect([theirs.status, theirAnswer]).toEqual([nobody.status, nobodysAnswer])
})

test('the profile says who this is and where from', async () => {
  const { body } = await zhangsan.get<Profile>(of)
  expect(body).toMatchObject({
    externalUserId: scene.externalUserId,
    name: '小满',
    source: { channel: '包裹卡', addWay: '扫描二维码' },
    days: 0,
    groups: [],
    welcome: { state: 'sent', text: '已发送欢迎语「默认欢迎语」' },
    otherGuides: [],
    orders: { paidCount: 0, paidSumFen: 0, refundedCount: 0, lastPaidAtMs: null, lastItems: null },
  })
  expect(body.tags).toEqual([
    expect.objectContaining({
      name: '来源/包裹卡',
      byHand: false,
      setBy: '规则自动打上',
      why: expect.objectContaining({ rule: expect.objectContaining({ title: '渠道「包裹卡」' }) }),
    }),
  ])
})

test('proposals fit the customer and say why; what was sent goes behind what was not', async () => {
  const titles = async () =>
    (await zhangsan.get<Proposals>(`${of}/proposals`)).body.proposals.map((one) => [
      one.script.title,
      one.because,
      one.said,
    ])
  expect(await titles()).toEqual([
    ['打个招呼', '刚加上，还没下过单', null],
    ['送优惠券', '从包裹卡来', null],
  ])
  const said = { atMs: scene.clock.now(), by: '张三', isFresh: true }
  const sent = { key: 'tap-000001', scriptId: 'hello' }
  expect(await zhangsan.post(`${of}/sent`, sent)).toEqual({ status: 200, body: { ok: true } })
  expect(await zhangsan.post(`${of}/sent`, sent)).toEqual({ status: 200, body: { ok: true } })
  expect(await titles()).toEqual([
    ['送优惠券', '从包裹卡来', null],
    ['打个招呼', '刚加上，还没下过单', said],
  ])
  const { body } = await zhangsan.get<Timeline>(`${of}/timeline`)
  const lines = body.entries.filter((entry) => entry.kind === 'script.sent')
  expect(lines).toMatchObject([{ text: '张三发了话术「打个招呼」', why: { rule: { title: '话术「打个招呼」' } } }])
})

test('whatever a guide sends ends the to-do to greet', async () => {
  const { externalUserId } = scene
  const greet = { key: 'greet', externalUserId, userId: 'zhangsan', kind: 'greet', reason: { text: '没有欢迎语' } }
  await scene.db.tx((tx) => scene.huoshui.tasks.open(tx, { ...greet, title: '打个招呼：欢迎语没有发出去' }))
  const kinds = async () => (await zhangsan.get<Tasks>(`${of}/tasks`)).body.tasks.map((task) => task.kind)
  expect(await kinds()).toContain('greet')
  // Words of the guide's own.
  expect((await zhangsan.post(`${of}/sent`, { key: 'tap-000003' })).status).toBe(200)
  expect(await kinds()).not.toContain('greet')
})

test('a remark goes to WeCom and comes back', async () => {
  expect((await zhangsan.post(`${of}/remark`, { remark: ' 小满·厚切 ', saw: [''] })).status).toBe(200)
  await scene.settle()
  expect(scene.sandbox.calls('externalcontact/remark').map((call) => call.body)).toMatchObject([
    { userid: 'zhangsan', external_userid: scene.externalUserId, remark: '小满·厚切' },
  ])
  expect((await zhangsan.get<Profile>(of)).body.remark).toBe('小满·厚切')
  const long = '一二三四五六七八九十一二三四五六七八九十长'
  expect((await zhangsan.post(`${of}/remark`, { remark: long, saw: ['小满·厚切'] })).status).toBe(400)
})

test('a remark that was changed elsewhere while the sheet was open is not written over', async () => {
  const { externalUserId } = scene
  const before = scene.sandbox.calls('externalcontact/remark').length
  await scene.sandbox.editRemark({ userId: 'zhangsan', externalUserId, remark: '手机上改的' })
  await scene.settle()
  const late = await zhangsan.post(`${of}/remark`, { remark: '小满', saw: [''] })
  expect(late).toMatchObject({ status: 409, body: { code: 'sidebar.overtaken' } })
  expect((late.body as Refused).zh).toContain('改成了「手机上改的」')
  await scene.settle()
  expect(scene.sandbox.calls('externalcontact/remark')).toHaveLength(before)
  // Having seen it, or with a change of their own under way, they may.
  expect((await zhangsan.post(`${of}/remark`, { remark: '小满', saw: ['', '手机上改的'] })).status).toBe(200)
})

test('tags: only known ones, set by this guide, and shown so', async () => {
  const { body } = await zhangsan.get<TagGroups>('tags')
  expect(body.groups).toContainEqual({ group: '口味', names: expect.arrayContaining(['厚切', '黑椒']) })
  const refused = await zhangsan.post(`${of}/tags`, { add: ['口味/不存在'], remove: [] })
  expect(refused).toMatchObject({
    status: 400,
    body: { code: 'sidebar.unknown-tag', zh: expect.stringContaining('口味/不存在') },
  })
  await zhangsan.post(`${of}/tags`, { add: ['口味/厚切', '分层/A类'], remove: ['来源/包裹卡'] })
  await scene.settle()
  const after = (await zhangsan.get<Profile>(of)).body
  expect(after.tags.map((tag) => [tag.name, tag.setBy, tag.byHand]).sort()).toEqual([
    ['分层/A类', '张三手动打上', true],
    ['口味/厚切', '张三手动打上', true],
  ])
})

test('orders are summed up and listed', async () => {
  await scene.pay('MY-1', 13_800)
  expect((await zhangsan.get<Profile>(of)).body.orders).toMatchObject({
    paidCount: 1,
    paidSumFen: 13_800,
    lastItems: '西冷牛排 200g ×2',
  })
  expect((await zhangsan.get(`${of}/orders`)).body).toMatchObject({
    summary: { paidCount: 1 },
    orders: [
      {
        orderId: 'MY-1',
        status: 'paid',
        totalFen: 13_800,
        items: [{ name: '西冷牛排 200g', quantity: 2, priceFen: 6_900 }],
      },
    ],
  })
})

test('the invitation to-do comes with its words and the group’s code; 完成 ends it once', async () => {
  await scene.advance(60_000)
  const { body } = await zhangsan.get<Tasks>(`${of}/tasks`)
  expect(body.tasks).toMatchObject([
    {
      kind: 'invite',
      why: { rule: { title: '群池「付费群」' } },
      script: { id: 'join-paid', title: '邀请进付费群' },
      invitation: { pool: '付费群', messages: [{ msgtype: 'image', image: { mediaid: expect.any(String) } }] },
    },
  ])
  const id = body.tasks[0]?.id
  const sent = { key: 'tap-000002', scriptId: 'join-paid', taskId: id }
  expect((await zhangsan.post(`${of}/sent`, sent)).status).toBe(200)
  expect(await zhangsan.post(`${of}/tasks/${id}/done`, {})).toEqual({ status: 200, body: { ok: true } })
  expect(await zhangsan.post(`${of}/tasks/${id}/done`, {})).toEqual({ status: 200, body: { ok: true } })
  expect((await zhangsan.get<Tasks>(`${of}/tasks`)).body.tasks).toEqual([])
  expect((await zhangsan.post(`${of}/tasks/999999/done`, {})).status).toBe(404)
})

test('a guide’s own customer does not open another’s to-do', async () => {
  const other = await scene.sandbox.scan({ userId: 'lisi', name: '阿岚' })
  await scene.settle()
  await scene.pay('MY-2')
  const [task] = await scene.tasksAbout(scene.externalUserId)
  const path = `customers/${other.externalUserId}/tasks/${task?.id}/done`
  expect(await lisi.post(path, {})).toMatchObject({ status: 404, body: { code: 'sidebar.unknown-task' } })
  const sent = { key: 'tap-000003', taskId: String(task?.id) }
  expect((await lisi.post(`customers/${other.externalUserId}/sent`, sent)).status).toBe(404)
})

test('changes are taken from our own page only', async () => {
  const body = { remark: '伪造', saw: ['小满'] }
  const mark = { 'x-huoshui-sidebar': '1' }
  const refused: Record<string, string>[] = [
    {},
    { origin: scene.url },
    { ...mark, origin: 'https://evil.example' },
    { ...mark, origin: 'null' },
    { ...mark, origin: scene.url, 'sec-fetch-site': 'cross-site' },
    { ...mark, origin: scene.url, 'sec-fetch-site': 'same-site' },
  ]
  for (const headers of refused) {
    expect([headers, await zhangsan.post(`${of}/remark`, body, headers)]).toMatchObject([
      headers,
      { status: 403, body: { code: 'sidebar.foreign-origin' } },
    ])
  }
  const own = await zhangsan.post(
    `${of}/remark`,
    { remark: '真的', saw: [(await zhangsan.get<Profile>(of)).body.remark ?? ''] },
    { ...mark, origin: scene.url, 'sec-fetch-site': 'same-origin' },
  )
  expect(own.status).toBe(200)
})

test('the library: tree, one situation, words, pinyin and initials', async () => {
  expect((await zhangsan.get('scripts/tree')).body).toEqual({
    domains: [
      {
        name: '新客',
        situations: [
          { name: '破冰', count: 2 },
          { name: '入群', count: 1 },
        ],
      },
    ],
  })
  const ids = async (path: string) => (await zhangsan.get<Scripts>(path)).body.scripts.map((script) => script.id)
  expect(await ids(`scripts/of?${new URLSearchParams({ domain: '新客', situation: '破冰' })}`)).toEqual([
    'hello',
    'coupon',
  ])
  expect(await ids(`scripts/of?${new URLSearchParams({ domain: '新客', situation: '没有' })}`)).toEqual([])
  for (const q of ['优惠券', 'youhuiquan', 'yhq'])
    expect(await ids(`scripts/search?q=${encodeURIComponent(q)}`)).toEqual(['coupon'])
})

test('the timeline comes a page at a time, each entry once', async () => {
  const notes = Array.from({ length: 70 }, (_, n) => n)
  await scene.db.tx((tx) =>
    tx.insertIgnore(
      TIMELINE,
      notes.map((n) => ({
        dedupe_key: `test:${n}`,
        external_userid: scene.externalUserId,
        userid: null,
        at: 1_700_000_000_000,
        kind: 'test.note',
        body: `第 ${n} 条`,
        reason: null,
      })),
    ),
  )
  const seen: number[] = []
  let before: string | null = ''
  while (before !== null) {
    const { body }: { body: { entries: { id: number }[]; nextBefore: string | null } } = await zhangsan.get(
      `${of}/timeline${before === '' ? '' : `?before=${before}`}`,
    )
    expect(body.entries.length).toBeLessThanOrEqual(30)
    seen.push(...body.entries.map((entry) => entry.id))
    before = body.nextBefore
  }
  const lines = await scene.timelineOf(scene.externalUserId)
  expect(new Set(seen).size).toBe(lines.length)
  expect(seen).toHaveLength(lines.length)
  expect((await zhangsan.get(`${of}/timeline?before=evil`)).status).toBe(400)
})
