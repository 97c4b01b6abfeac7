import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { type OpenSandbox, openSandbox } from '../testing/open-sandbox.ts'

let t: OpenSandbox
beforeEach(async () => {
  t = await openSandbox()
})
afterEach(() => t.close())

type Body = Parameters<OpenSandbox['wecom']['messages']['send']>[0]
const send = (body: Body) => t.wecom.messages.send(body)
const text = { touser: 'zhangsan', msgtype: 'text', text: { content: '有新客户' } } as const
const inbox = (userId: string) => t.sandbox.world.appMessages.get(userId) ?? []
const card = {
  card_type: 'button_interaction',
  task_id: 'task-1',
  main_title: { title: '新客户待打招呼' },
  button_list: [{ text: '已打招呼', key: 'done' }],
} as const
const askBoth = () =>
  send({
    touser: 'zhangsan|lisi',
    msgtype: 'template_card',
    template_card: { ...card, button_list: [...card.button_list] },
  })

it('a card is answered by one guide’s tap and changed once, for those who got it', async () => {
  const { msgid = '' } = await askBoth()
  const { responseCode } = await t.sandbox.tapCard({ userId: 'zhangsan', msgid, key: 'done' })
  const [tap] = t.sandbox.callbackLog()
  expect(tap?.xml).toContain('<FromUserName><![CDATA[zhangsan]]></FromUserName>')
  expect(tap?.xml).toContain(`<TaskId><![CDATA[task-1]]></TaskId>`)

  const done = { response_code: responseCode, button: { replace_name: '已完成' } }
  expect((await t.wecom.messages.updateCard({ ...done, userids: ['zhangsan', 'wangwu'] })).invaliduser).toEqual([
    'wangwu',
  ])
  expect(inbox('zhangsan')[0]?.body.replace_text).toBe('已完成')
  expect(inbox('lisi')[0]?.body.replace_text).toBeUndefined()
  await expect(t.wecom.messages.updateCard({ ...done, userids: ['lisi'] })).rejects.toMatchObject({ errcode: 60140 })
})

it('the code of the sending itself changes the card for all, until it is three days old', async () => {
  const first = await askBoth()
  const button = { replace_name: '已过期' }
  await t.wecom.messages.updateCard({ response_code: first.response_code ?? '', atall: true, button })
  expect(inbox('lisi')[0]?.body.replace_text).toBe('已过期')
  await expect(askBoth()).rejects.toMatchObject({ errcode: 42014 })
  const late = await send({
    touser: 'lisi',
    msgtype: 'template_card',
    template_card: { ...card, task_id: 'task-2', button_list: [...card.button_list] },
  })
  t.clock.advance(3 * DAY_MS)
  const update = { response_code: late.response_code ?? '', atall: true, button }
  await expect(t.wecom.messages.updateCard(update)).rejects.toMatchObject({ errcode: 60140 })
})

it('answers to a card with several questions arrive with their questions', async () => {
  const select = (question_key: string) => ({ question_key, option_list: [{ id: '1', text: '好' }] })
  const { msgid = '' } = await send({
    touser: 'lisi',
    msgtype: 'template_card',
    template_card: {
      card_type: 'multiple_interaction',
      task_id: 'survey',
      select_list: [select('taste'), select('size')],
      submit_button: { text: '提交', key: 'submit' },
    },
  })
  await t.sandbox.tapCard({ userId: 'lisi', msgid, key: 'submit', selected: { taste: ['1'] } })
  expect(t.sandbox.callbackLog()[0]?.xml).toContain(
    '<SelectedItems><SelectedItem><QuestionKey><![CDATA[taste]]></QuestionKey><OptionIds><OptionId><![CDATA[1]]></OptionId></OptionIds></SelectedItem></SelectedItems>',
  )
})

it('a message is taken back within a day, and counted for today and yesterday', async () => {
  const { msgid = '' } = await send({ ...text, touser: 'zhangsan|lisi' })
  await t.wecom.messages.recall(msgid)
  expect(inbox('zhangsan')).toEqual([])
  expect((await t.wecom.messages.statistics('today')).statistics).toMatchObject([{ count: 2 }])
  t.clock.advance(DAY_MS)
  expect((await t.wecom.messages.statistics('yesterday')).statistics).toMatchObject([{ count: 2 }])
  await expect(t.wecom.messages.recall(msgid)).rejects.toMatchObject({ errcode: 42052 })
})

it('the same message sent again within the asked time reaches nobody twice', async () => {
  const once = { ...text, enable_duplicate_check: 1, duplicate_check_interval: 60 } as const
  await send(once)
  await send(once)
  expect(inbox('zhangsan')).toHaveLength(1)
  t.clock.advance(MINUTE_MS)
  await send(once)
  expect(inbox('zhangsan')).toHaveLength(2)
})

it('every documented kind of message arrives', async () => {
  const file = { fileName: 'a.pdf', bytes: Buffer.from('pretend file') }
  const { media_id } = await t.wecom.media.upload({ type: 'file', ...file })
  const image = await t.wecom.media.upload({ type: 'image', fileName: 'a.png', bytes: file.bytes })
  const url = 'https://a.cn'
  const bodies: Body[] = [
    text,
    { touser: 'lisi', msgtype: 'markdown', markdown: { content: '**新客**' } },
    { touser: 'lisi', msgtype: 'image', image: { media_id: image.media_id } },
    { touser: 'lisi', msgtype: 'file', file: { media_id } },
    { touser: 'lisi', msgtype: 'textcard', textcard: { title: '新客', description: '1 位', url } },
    { touser: 'lisi', msgtype: 'news', news: { articles: [{ title: '上新', url }] } },
    {
      touser: 'lisi',
      msgtype: 'mpnews',
      mpnews: { articles: [{ title: '上新', thumb_media_id: image.media_id, content: '西冷' }] },
    },
    { touser: 'lisi', msgtype: 'miniprogram_notice', miniprogram_notice: { appid: 'wx1', title: '订单' } },
    {
      touser: 'lisi',
      msgtype: 'template_card',
      template_card: { card_type: 'text_notice', main_title: { title: '新客' }, card_action: { type: 1, url } },
    },
  ]
  for (const body of bodies) await send(body)
  const kinds = [...inbox('zhangsan'), ...inbox('lisi')].map((message) => message.msgtype)
  expect(kinds).toEqual(bodies.map((body) => body.msgtype))
})

describe('before the call', () => {
  const option = { id: '1', text: '好' }
  const cardOf = (fields: object) =>
    ({ touser: 'lisi', msgtype: 'template_card', template_card: fields }) as unknown as Body // wrong on purpose
  it.each<[string, Body, RegExp | string]>([
    ['nobody to send to', { msgtype: 'text', text: { content: '好' } }, '要写明应用消息发给谁'],
    ['101 departments', { ...text, toparty: Array(101).fill('1').join('|') }, '「接收部门」有 101 个，一次最多 100 个'],
    ['text of 2,049 bytes', { ...text, text: { content: '牛'.repeat(683) } }, /2049 字节，最多 2048 字节/],
    [
      'nine articles',
      { touser: 'a', msgtype: 'news', news: { articles: Array(9).fill({ title: 't', url: 'u' }) } },
      /./,
    ],
    ['a card without its task', cardOf({ ...card, task_id: '任务' }), /任务编号/],
    [
      'a vote with 21 options',
      cardOf({
        card_type: 'vote_interaction',
        task_id: 't',
        checkbox: { question_key: 'q', option_list: Array(21).fill(option) },
        submit_button: { text: '提交', key: 'k' },
      }),
      /option_list最多 20 项/,
    ],
  ])('%s is refused in Chinese', async (_, body, zh) => {
    const expected = typeof zh === 'string' ? zh : expect.stringMatching(zh)
    await expect(send(body)).rejects.toMatchObject({ code: 'wecom.bad-request', zh: expected })
    expect(t.sandbox.calls('message/send')).toEqual([])
  })
})

it('tells what WeCom refuses: nobody of them exists', async () => {
  await expect(send({ ...text, touser: 'nobody' })).rejects.toMatchObject({
    errcode: 81013,
    zh: expect.stringContaining('接收人全部无效'),
  })
})
