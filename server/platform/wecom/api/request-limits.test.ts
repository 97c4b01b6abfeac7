import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPlatform, type Platform } from '../testing/open-platform.ts'
import type { Wecom } from '../wecom.ts'

let platform: Platform
beforeAll(async () => {
  platform = await openPlatform()
  platform.on('/cgi-bin/externalcontact/add_msg_template', { errcode: 0, msgid: 'msg1' })
  platform.on('/cgi-bin/externalcontact/groupchat/add_join_way', { errcode: 0, config_id: 'c1' })
  platform.on('/cgi-bin/media/upload', { errcode: 0, media_id: 'm1', created_at: '1767251460' })
  platform.on('/cgi-bin/media/uploadimg', { errcode: 0, url: 'https://example.com/a.png' })
})
afterAll(() => platform.close())

const pair = { userid: 'zhangsan', external_userid: 'wm1' }
/** 1,333 Chinese characters are 3,999 bytes. */
const text = (characters: number, tail = '') => ({ text: { content: '牛'.repeat(characters) + tail } })
const link = (fields: object) => ({
  welcome_code: 'c',
  attachments: [{ msgtype: 'link', link: { title: 't', url: 'https://example.com', ...fields } }],
})
const images = (count: number) => Array.from({ length: count }, () => ({ msgtype: 'image', image: { pic_url: 'p' } }))

/** Requests that TypeScript alone would not stop. */
type Untyped = Record<string, Record<string, (body: unknown) => Promise<unknown>>>
const call = (area: keyof Wecom, method: string, body: unknown): Promise<unknown> => {
  // Bodies are wrong on purpose, so they cannot have the documented type.
  const act = (platform.wecom as unknown as Untyped)[area]?.[method]
  return act === undefined ? Promise.reject(new Error('no such method')) : act(body)
}

const good: [name: string, area: keyof Wecom, method: string, body: unknown][] = [
  ['a welcome of 4,000 bytes', 'contacts', 'sendWelcome', { welcome_code: 'c', ...text(1_333, 'a') }],
  ['a welcome with nine pictures', 'contacts', 'sendWelcome', { welcome_code: 'c', attachments: images(9) }],
  ['a remark of 20 characters', 'contacts', 'remark', { ...pair, remark: '客'.repeat(20) }],
  ['a remark taken away', 'contacts', 'remark', { ...pair, remark: '' }],
  ['a link title of 128 bytes', 'contacts', 'sendWelcome', link({ title: `${'牛'.repeat(42)}ab` })],
  ['a mass message to 10,000', 'massSends', 'create', { external_userid: Array(10_000).fill('wm1'), ...text(1) }],
  ['five groups for a join way', 'groups', 'addJoinWay', { scene: 2, chat_id_list: ['1', '2', '3', '4', '5'] }],
  ['a file of 6 bytes', 'media', 'upload', { type: 'file', fileName: 'a.txt', bytes: Buffer.alloc(6) }],
]

const bad: [name: string, area: keyof Wecom, method: string, body: unknown, zh: string][] = [
  [
    'a welcome of 4,001 bytes',
    'contacts',
    'sendWelcome',
    { welcome_code: 'c', ...text(1_333, 'ab') },
    '「消息正文」有 4001 字节，最多 4000 字节（一个汉字 3 字节）',
  ],
  [
    'a welcome without content',
    'contacts',
    'sendWelcome',
    { welcome_code: 'c', attachments: [] },
    '欢迎语的正文和附件不能都为空',
  ],
  [
    'ten pictures',
    'contacts',
    'sendWelcome',
    { welcome_code: 'c', attachments: images(10) },
    '字段 attachments最多 9 项',
  ],
  [
    'a remark of 21 characters',
    'contacts',
    'remark',
    { ...pair, remark: '客'.repeat(21) },
    '「备注」有 21 个字，最多 20 个字',
  ],
  ['a remark that changes nothing', 'contacts', 'remark', pair, '备注、描述、企业、手机号、图片至少要改一项'],
  [
    'a link title of 129 bytes',
    'contacts',
    'sendWelcome',
    link({ title: '牛'.repeat(43) }),
    '「链接标题」有 129 字节，最多 128 字节（一个汉字 3 字节）',
  ],
  [
    'a link description too long',
    'contacts',
    'sendWelcome',
    link({ desc: 'd'.repeat(513) }),
    '「链接描述」有 513 字节，最多 512 字节（一个汉字 3 字节）',
  ],
  [
    'a state of 31 characters',
    'ways',
    'add',
    { type: 2, scene: 2, state: 's'.repeat(31) },
    '「渠道参数 state」有 31 个字，最多 30 个字',
  ],
  [
    'a tag name of 31 characters',
    'tags',
    'add',
    { group_name: 'g', tag: [{ name: '标'.repeat(31) }] },
    '「标签名」有 31 个字，最多 30 个字',
  ],
  ['a tag without a group', 'tags', 'add', { tag: [{ name: 'a' }] }, '要写明标签组'],
  ['a marking of no tags', 'tags', 'mark', { ...pair, add_tag: [], remove_tag: [] }, '要写明添加或移除哪些标签'],
  [
    '101 members to read',
    'contacts',
    'batchByUser',
    { userid_list: Array(101).fill('zhangsan') },
    '字段 userid_list最多 100 项',
  ],
  [
    '10,001 receivers',
    'massSends',
    'create',
    { external_userid: Array(10_001).fill('wm1'), ...text(1) },
    '字段 external_userid最多 10000 项',
  ],
  [
    'a group message without sender',
    'massSends',
    'create',
    { chat_type: 'group', chat_id_list: ['wr1'], ...text(1) },
    '发到客户群的群发要写明由谁发送',
  ],
  [
    'six groups for a join way',
    'groups',
    'addJoinWay',
    { scene: 2, chat_id_list: ['1', '2', '3', '4', '5', '6'] },
    '字段 chat_id_list最多 5 项',
  ],
  ['1,001 groups a page', 'groups', 'list', { limit: 1_001 }, '字段 limit不能大于 1000'],
  ['a message to nobody', 'messages', 'send', { msgtype: 'text', text: { content: 'a' } }, '要写明应用消息发给谁'],
  [
    'an empty file',
    'media',
    'upload',
    { type: 'file', fileName: 'a.txt', bytes: Buffer.alloc(5) },
    '素材文件是空的，请检查文件',
  ],
  [
    'a permanent picture of 2.1 MB',
    'media',
    'uploadImage',
    { fileName: 'a.png', bytes: Buffer.alloc(2_202_010) },
    '素材文件有 2.1 MB，最大 2 MB，请压缩后再试',
  ],
]

describe('within the documented limits', () => {
  it.each(good)('%s goes out', async (_name, area, method, body) => {
    const before = platform.requests.length
    await call(area, method, body)
    expect(platform.requests.length).toBeGreaterThan(before)
  })
})

describe('beyond a documented limit', () => {
  it.each(bad)('%s is refused here, in words that help, and nothing is sent', async (_name, area, method, body, zh) => {
    const before = platform.requests.length
    await expect(call(area, method, body)).rejects.toMatchObject({
      code: 'wecom.bad-request',
      retry: 'never',
      status: 400,
      zh,
    })
    expect(platform.requests.length).toBe(before)
  })
})
