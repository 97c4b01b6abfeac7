import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../../core/kernel/shanghai.ts'
import { type OpenSandbox, openSandbox } from '../testing/open-sandbox.ts'

let t: OpenSandbox
beforeEach(async () => {
  t = await openSandbox()
})
afterEach(() => t.close())

const moments = () => t.wecom.moments
const nowSec = (): number => Math.floor(t.clock.now() / 1000)
const picture = { fileName: 'a.png', bytes: Buffer.from('pretend picture') }
const content = { text: { content: '新到西冷' } }

/** A company moment with its tasks handed out. */
async function created(body: Parameters<ReturnType<typeof moments>['create']>[0] = content): Promise<string> {
  const { jobid } = await moments().create(body)
  t.clock.advance(2 * SECOND_MS)
  return (await moments().createResult(jobid)).result?.moment_id ?? ''
}

it('a company moment goes from the job over the guide’s tap to the customers who saw it, and their likes', async () => {
  for (const externalUserId of ['wm1', 'wm2', 'wm3']) await t.sandbox.scan({ userId: 'zhangsan', externalUserId })
  const tag = await t.sandbox.createTag({ group: '口味', name: '西冷' })
  await t.sandbox.editTags({ userId: 'zhangsan', externalUserId: 'wm1', add: [tag.id] })
  await t.sandbox.editTags({ userId: 'zhangsan', externalUserId: 'wm2', add: [tag.id] })
  const { media_id } = await t.wecom.media.uploadAttachment({ use: 'moment', type: 'image', ...picture })
  const { jobid } = await moments().create({
    ...content,
    attachments: [{ msgtype: 'image', image: { media_id } }],
    visible_range: {
      sender_list: { user_list: ['zhangsan', 'nobody'] },
      external_contact_list: { tag_list: [tag.id] },
    },
  })
  expect(await moments().createResult(jobid)).toMatchObject({ status: 2 })
  t.clock.advance(SECOND_MS)
  const { status, result } = await moments().createResult(jobid)
  const moment_id = result?.moment_id ?? ''
  expect([status, result?.errcode, result?.invalid_sender_list?.user_list]).toEqual([3, 0, ['nobody']])

  await expect(moments().tasks({ moment_id })).rejects.toMatchObject({ errcode: 41079 })
  t.clock.advance(SECOND_MS)
  expect((await moments().tasks({ moment_id })).task_list).toEqual([{ userid: 'zhangsan', publish_status: 0 }])
  await expect(moments().sendResult({ moment_id, userid: 'zhangsan' })).rejects.toMatchObject({ errcode: 41062 })
  expect(t.sandbox.pendingMoments('zhangsan').map((moment) => moment.text)).toEqual(['新到西冷'])
  await t.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: 'wm2' })
  await t.sandbox.confirmMoment({ momentId: moment_id, userId: 'zhangsan' })

  expect((await moments().tasks({ moment_id })).task_list).toEqual([{ userid: 'zhangsan', publish_status: 1 }])
  const seen = await moments().sendResult({ moment_id, userid: 'zhangsan' })
  expect(seen.customer_list).toEqual([{ external_userid: 'wm1' }])
  await t.sandbox.likeMoment({ momentId: moment_id, publisher: 'zhangsan', externalUserId: 'wm1' })
  await t.sandbox.commentMoment({ momentId: moment_id, publisher: 'zhangsan' })
  expect(await moments().comments({ moment_id, userid: 'zhangsan' })).toMatchObject({
    like_list: [{ external_userid: 'wm1', create_time: nowSec() }],
    comment_list: [{ userid: 'zhangsan', create_time: nowSec() }],
  })
  const { moment_list } = await moments().list({ start_time: nowSec() - 60, end_time: nowSec(), filter_type: 0 })
  expect(moment_list).toMatchObject([{ moment_id, create_type: 0, visible_type: 0, text: content.text }])
})

it('a cancelled moment can no longer be published, and a guide’s own is not ours to cancel', async () => {
  const moment_id = await created()
  await moments().cancel(moment_id)
  expect(t.sandbox.pendingMoments('zhangsan')).toEqual([])
  await expect(t.sandbox.confirmMoment({ momentId: moment_id, userId: 'zhangsan' })).rejects.toThrow('已被停止')
  const own = await t.sandbox.publishMoment({ userId: 'lisi', text: '下班啦' })
  await expect(moments().cancel(own.momentId)).rejects.toMatchObject({ errcode: 41067 })
  const { moment_list } = await moments().list({ start_time: nowSec() - 60, end_time: nowSec(), filter_type: 1 })
  expect(moment_list?.map((moment) => moment.creator)).toEqual(['lisi'])
})

it('a customer who was shown four company moments this month is not shown the fifth', async () => {
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1' })
  const shown: number[] = []
  for (let i = 0; i < 5; i++) {
    const momentId = await created()
    shown.push((await t.sandbox.confirmMoment({ momentId, userId: 'zhangsan' })).shown)
  }
  expect(shown).toEqual([1, 1, 1, 1, 0])
})

it('the eleventh moment of a minute is kept back, the answer to a job of yesterday refused by WeCom', async () => {
  const { jobid } = await moments().create(content)
  for (let i = 0; i < 9; i++) await moments().create(content)
  await expect(moments().create(content)).rejects.toMatchObject({ code: 'wecom.rate-limited' })
  t.clock.advance(MINUTE_MS + SECOND_MS)
  await moments().create(content)
  t.clock.advance(DAY_MS)
  await expect(moments().createResult(jobid)).rejects.toMatchObject({ errcode: 40089 })
  await expect(moments().createResult('nothing')).rejects.toMatchObject({ errcode: 40088 })
})

describe('before the call', () => {
  const image = { msgtype: 'image', image: { media_id: 'm' } } as const
  const link = (title: string) => ({ msgtype: 'link', link: { title, url: 'https://a.cn' } }) as const
  it.each([
    [
      'text of 2,001 characters',
      { text: { content: '牛'.repeat(2001) } },
      '「朋友圈正文」有 2001 个字，最多 2000 个字',
    ],
    ['nothing at all', {}, '朋友圈的正文和附件不能都为空'],
    ['ten pictures', { attachments: Array(10).fill(image) }, /最多 9 张图片/],
    ['a picture and a link', { attachments: [image, link('a')] }, /最多 9 张图片/],
    ['a link title of 66 bytes', { attachments: [link('牛'.repeat(22))] }, /「链接标题」有 66 字节，最多 64 字节/],
  ])('%s is refused in Chinese', async (_, body, zh) => {
    const zhOf = typeof zh === 'string' ? zh : expect.stringMatching(zh)
    await expect(moments().create(body)).rejects.toMatchObject({ code: 'wecom.bad-request', zh: zhOf })
    expect(t.sandbox.calls('add_moment_task')).toEqual([])
  })

  it('a span of 31 days is refused in Chinese', async () => {
    await expect(moments().list({ start_time: nowSec() - 31 * 86_400, end_time: nowSec() })).rejects.toMatchObject({
      zh: '一次最多查 30 天的朋友圈，结束时间不能早于开始时间',
    })
  })
})

it('a picture uploaded for messages is refused in a moment, with what to do', async () => {
  const { media_id } = await t.wecom.media.upload({ type: 'image', ...picture })
  await expect(moments().create({ attachments: [{ msgtype: 'image', image: { media_id } }] })).rejects.toMatchObject({
    errcode: 41072,
    zh: '企业微信拒绝了请求（41072 附件用错了场景）。下一次会再传一遍附件；还是这样就换一个文件',
  })
})
