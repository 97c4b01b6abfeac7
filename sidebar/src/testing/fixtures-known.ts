import type { GroupPane, MyScripts, Notes, ProfileFieldView, Script } from '../../../server/sidebar-api/contract.ts'
import { aScript, NOW_MS } from './fixtures.ts'

const DAY_MS = 86_400_000

/** What a shop asks about its customers, some of it known. */
export const someFields = (): ProfileFieldView[] => {
  const none = { options: [], unit: null, min: null, max: null, hint: null, isRequired: false, mayEdit: true }
  const unknown = { value: null, text: '', by: null, atMs: null }
  const known = { by: '林夏', atMs: NOW_MS - 5 * DAY_MS }
  return [
    {
      ...none,
      field: '家里几口人',
      name: '家里几口人',
      type: 'number',
      unit: '口',
      min: 1,
      max: 20,
      isRequired: true,
      ...known,
      value: 4,
      text: '4 口',
    },
    {
      ...{ ...none, ...unknown, field: '用什么煎', name: '用什么煎', type: 'choices', isRequired: true },
      ...{ options: ['平底锅', '铸铁锅', '空气炸锅', '烤箱'], hint: '不同的锅，发不同的煎法教程' },
    },
    {
      ...none,
      ...unknown,
      field: '喜欢几成熟',
      name: '喜欢几成熟',
      type: 'choice',
      options: ['三成', '五成', '七成', '全熟'],
    },
    { ...none, ...unknown, field: '孩子生日', name: '孩子生日', type: 'date' },
    { ...none, ...unknown, field: '忌口过敏', name: '忌口过敏', type: 'text' },
    {
      ...none,
      field: '会员号',
      name: '会员号',
      type: 'text',
      mayEdit: false,
      value: 'M-20418',
      text: 'M-20418',
      by: '商城',
      atMs: NOW_MS - 30 * DAY_MS,
    },
  ]
}

export const someNotes = (change: Partial<Notes> = {}): Notes => ({
  total: 2,
  notes: [
    {
      id: '7',
      text: '孩子对花生过敏，黑椒酱要看配料',
      by: '林夏',
      isOwn: true,
      atMs: NOW_MS - 2 * DAY_MS,
      isPinned: true,
    },
    { id: '3', text: '家里有烤箱，没有平底锅', by: '陈浩', isOwn: false, atMs: NOW_MS - 20 * DAY_MS, isPinned: false },
  ],
  nextBefore: null,
  reminders: [{ id: '41', title: '问她吃得怎么样', atMs: NOW_MS + 3 * DAY_MS }],
  ...change,
})

export const aGroup = (change: Partial<GroupPane> = {}): GroupPane => ({
  chatId: 'wr-1',
  name: '牧野·付费 3 群',
  pool: { name: '付费群', role: '付费群', entry: '已付款订单数至少 1', capacity: 200 },
  owner: { name: '林夏', isMe: true },
  createdAtMs: NOW_MS - 90 * DAY_MS,
  members: 142,
  customers: 139,
  strangers: 6,
  outside: {
    total: 31,
    people: ['山里人', '阿May', '周姐', '豆豆爸', '安安妈咪'].map((name, n) => ({
      externalUserId: n === 1 ? null : `wm-${n}`,
      name,
      text: n === 1 ? '不符合' : '已付款订单数 0',
    })),
  },
  elsewhere: {
    total: 1,
    people: [{ externalUserId: 'wm-7', name: '孙姐', text: '够进「VIP 群」了，还没进' }],
  },
  duplicates: { total: 1, people: [{ externalUserId: null, name: null, text: '也在「牧野·付费 1 群」' }] },
  newcomers: { total: 0, people: [] },
  best: { total: 1, people: [{ externalUserId: 'wm-7', name: '孙姐', text: '累计实付 ¥3,286' }] },
  scripts: [
    {
      ...{ id: 'friday', domain: '社群', situation: '预告', title: '周五开团预告', aim: '带来下单', expect: '几点' },
      text: '{客户昵称}，周五晚上八点开团，我是{导购名}，要的先接龙。',
      messages: [
        { msgtype: 'text', text: { content: '{客户昵称}，周五晚上八点开团，我是{导购名}，要的先接龙。' } },
        { msgtype: 'image', image: { mediaid: 'm1' } },
      ],
      missing: [],
    },
  ],
  today: [
    {
      ...{ name: '付费群周历·煎法课', atMs: NOW_MS + 2 * 3_600_000, attachments: 1 },
      text: '今天讲静置：出锅放五分钟再切，肉汁才留得住。',
      ...{ state: 'coming' as const, stateText: '到时候由你在企业微信里确认发出' },
    },
  ],
  ...change,
})

const written = (id: string, title: string, text: string, own: NonNullable<Script['own']>): Script =>
  aScript({
    id,
    title,
    text,
    aim: '',
    expect: '',
    domain: own.isTeam ? '本店话术' : '我的话术',
    situation: `${own.by}写的`,
    own,
  })

export const someMyScripts = (): MyScripts => ({
  favourites: [aScript({ id: 'sirloin-vs-ribeye', title: '西冷和眼肉怎么选' })],
  recent: [aScript()],
  own: [
    written('own:7', '问火候', '{客户昵称}，上次的{上次买的}煎到几成熟？', {
      ...{ isMine: true, isTeam: false, by: '林夏', warnings: [] },
    }),
  ],
  team: [
    written('own:3', '店庆开场', '这周店庆，老客满 200 减 30，我先给你留一份？', {
      ...{ isMine: false, isTeam: true, by: '周店长', warnings: [] },
    }),
  ],
  mayShare: false,
})
