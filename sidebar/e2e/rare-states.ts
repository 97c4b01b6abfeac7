import type { Page } from 'playwright-core'
import * as fixtures from '../src/testing/fixtures.ts'
import { someFields, someMyScripts, someNotes } from '../src/testing/fixtures-known.ts'
import { more, type PaneState, press, tab } from './pane-state.ts'

/** What somebody meets seldom and then at the worst moment: refused in part, nothing there, waited for, away. */

const DAY_MS = 86_400_000
const FIELDS = fixtures.aProfile({ fields: someFields() })
const LED = fixtures.aProfile({ standsInFor: '林夏' })
const [task] = fixtures.someTasks().tasks
const LONG_NOTE =
  '她家两个孩子，大的对花生过敏，小的不吃黑椒；先生在家做饭，用的是一口旧平底锅，火力小。上次送的温度计没有收到，已经补寄，下周二到，到了以后问一声。'
const NOTES = someNotes({
  total: 86,
  nextBefore: '3',
  notes: Array.from({ length: 8 }, (_, n) => ({
    ...{
      id: `${n}`,
      text: n % 2 === 0 ? LONG_NOTE : '下周来试吃',
      by: n % 3 === 0 ? '欧阳娜娜（三里屯店早班）' : '林夏',
    },
    ...{ isOwn: n % 3 !== 0, atMs: fixtures.NOW_MS - n * 9 * DAY_MS, isPinned: n === 0 },
  })),
})
const UNWANTED = {
  unwanted: ['', 'sends', 'journeys', 'invites'].map((scope, n) => ({
    ...{ scope, sinceMs: 1, untilMs: n % 2 === 0 ? null : fixtures.NOW_MS + 90 * DAY_MS },
  })),
}
const mine = someMyScripts()
const RISKY = {
  ...mine,
  own: mine.own.map((one) => ({
    ...one,
    own: { ...one.own, warnings: ['「最好吃」是广告法不许说的，换个说法', '「加微信」会让企业微信拦下这条消息'] },
  })),
}
const friend = (name: string, because = '') => ({ externalUserId: `wm-${name}`, name, remark: null, because })
const FOUND = {
  total: 3,
  friends: [
    friend('安安妈咪', '标签 口味/厚切、口味/黑椒；上次买 黑椒酱（冷链直达·赠两包）'),
    { ...friend('Ａlexandra Ｗang', '标签 口味/黑椒'), remark: '王姐·爱吃厚切·周三取' },
    friend('王小明的妈妈（周三取货）', '上次买 黑椒酱'),
  ],
}
const ALONE = { entry: 'normal' }
const find = (page: Page, words: string) => page.getByRole('searchbox').fill(words)
const away = async (page: Page): Promise<void> => {
  await page.context().setOffline(true)
  await page.getByText('没有网络').first().waitFor()
}
/** The client that answers everything but this. */
const refusing = (call: string): string =>
  `{ const { invoke } = WeixinJSBridge; WeixinJSBridge.invoke = (name, params, callback) =>
    name === '${call}' ? callback({ err_msg: name + ':fail no permission' }) : invoke(name, params, callback) }`

export const RARE_STATES: PaneState[] = [
  {
    name: 'chat-unknown',
    options: { before: refusing('getCurExternalContact') },
    reach: (page) => page.getByText('没有认出当前客户').waitFor(),
  },
  {
    name: 'login-refused',
    options: { path: '/sidebar/?login=not-staff' },
    answers: { me: 'sidebar.login-needed' },
    reach: (page) => page.getByText('登录没有成功').waitFor(),
  },
  {
    name: 'profile-slow',
    answers: { profile: 'never' },
    reach: async (page) => {
      await page.locator('[aria-busy]').first().waitFor()
      await page.clock.runFor(2_500)
      await page.getByText('网络有点慢').waitFor()
    },
  },
  {
    name: 'lost-open',
    answers: {
      profile: fixtures.aProfile({
        ...{ isReadOnly: true, otherGuides: ['李四'] },
        lost: { by: 'guide', atMs: fixtures.NOW_MS - 400 * DAY_MS, help: ['李四还是好友，有事请李四去说'] },
      }),
    },
    reach: async (page) => {
      await more(page)
      await page.getByText('收起').waitFor()
    },
  },
  {
    name: 'fields-refused',
    answers: { profile: FIELDS },
    reach: async (page) => {
      await press(page, /^资料/)
      await page.getByRole('textbox', { name: '家里几口人' }).fill('四口')
      await page.getByRole('textbox', { name: '忌口过敏' }).fill('花生')
      await page.getByRole('checkbox', { name: '烤箱' }).check({ force: true })
      await page.getByRole('button', { name: /^保存/ }).click()
      await page.getByRole('alert').first().waitFor()
    },
  },
  {
    name: 'fields-left-over',
    answers: { profile: FIELDS },
    reach: async (page) => {
      await press(page, /^资料/)
      await page.getByRole('radio', { name: '七成' }).check({ force: true })
      await page.keyboard.press('Escape')
      await press(page, /^资料/)
      await page.getByText('上次没有保存').waitFor()
    },
  },
  {
    name: 'bind-paid',
    reach: async (page) => {
      await tab(page, '订单')
      await press(page, '少了一单？按订单号绑定')
      await page.getByText('报金额和日期').click()
      await page.getByRole('textbox', { name: '实付金额' }).fill('138.50')
    },
  },
  {
    name: 'notes-many',
    answers: { notes: NOTES },
    reach: async (page) => {
      await press(page, '记一笔')
      await page.getByText(LONG_NOTE).first().waitFor()
    },
  },
  {
    name: 'notes-none',
    answers: { notes: { total: 0, notes: [], nextBefore: null, reminders: [] } },
    reach: (page) => press(page, '记一笔'),
  },
  {
    name: 'reminder-day',
    reach: async (page) => {
      await press(page, '记一笔')
      await page.getByText('选日子').click()
      await page.getByLabel('哪天提醒').fill('2026-12-24')
    },
  },
  {
    name: 'tags-on-their-way',
    answers: { 'POST tags': { ok: true } },
    reach: async (page) => {
      await press(page, /^标签$/)
      await page.getByRole('checkbox', { name: '原味' }).click()
      await page.getByRole('checkbox', { name: '黑椒' }).click()
      await page.getByRole('dialog').getByText('等企业微信确认').waitFor()
    },
  },
  {
    name: 'tags-refused',
    answers: {
      'POST tags': {
        code: 'sidebar.unknown-tag',
        zh: '没有「口味/原味」这个标签，可能刚被改名或删除，请重新打开标签再选。',
      },
    },
    reach: async (page) => {
      await press(page, /^标签$/)
      await page.getByRole('checkbox', { name: '原味' }).click()
      await page.getByRole('dialog').getByText('可能刚被改名或删除').waitFor()
    },
  },
  {
    name: 'tags-found',
    answers: {
      'POST tags': { ok: true },
      tags: {
        groups: [
          ...fixtures.tagGroups().groups,
          { group: '产地', names: Array.from({ length: 40 }, (_, n) => `产地 ${n}`) },
        ],
      },
    },
    reach: async (page) => {
      await press(page, /^标签$/)
      await page.getByRole('searchbox').fill('黑')
      await page.getByRole('checkbox', { name: '黑椒' }).first().click()
    },
  },
  {
    name: 'unwanted-all',
    answers: { unwanted: UNWANTED },
    reach: async (page) => {
      await more(page)
      await press(page, /^免打扰/)
      await page.getByText('不发入群邀请').waitFor()
    },
  },
  {
    name: 'unwanted-failed',
    answers: { unwanted: undefined },
    reach: async (page) => {
      await more(page)
      await press(page, /^免打扰/)
      await page.getByText('没有加载出来').waitFor()
    },
  },
  {
    name: 'not-now-for-leads',
    answers: {
      profile: LED,
      tasks: {
        ...fixtures.someTasks(),
        handTo: ['王五', '欧阳娜娜（三里屯店早班）'].map((name) => ({ userId: name, name })),
        others: [
          { guide: '陈浩', title: '首单回访：问问第一块煎得怎么样，锅够不够热' },
          { guide: '欧阳娜娜（三里屯店早班）', title: '邀请进「付费群」' },
        ],
      },
    },
    reach: (page) => press(page, '现在不做'),
  },
  {
    name: 'others-tasks',
    answers: {
      tasks: { tasks: task === undefined ? [] : [task], others: [{ guide: '陈浩', title: '邀请进「付费群」' }] },
    },
    reach: async (page) => {
      await page.getByText('陈浩').first().waitFor()
      await page.getByText('陈浩').first().scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'own-risky',
    answers: { 'scripts/mine': RISKY },
    reach: async (page) => {
      await tab(page, '话术')
      await page.getByRole('button', { name: /^我的/ }).click()
      await page.getByText('广告法').waitFor()
    },
  },
  {
    name: 'why-not',
    answers: { profile: fixtures.aProfile({ journeys: [] }), journeys: { total: 0, journeys: [], notIn: [] } },
    reach: (page) => press(page, /没有在走的跟进计划/),
  },
  {
    name: 'my-customers',
    options: ALONE,
    answers: { 'day/find': FOUND },
    reach: async (page) => {
      await find(page, '黑椒')
      await page.getByText('找到 3 位').waitFor()
    },
  },
  {
    name: 'my-customers-narrowed',
    options: ALONE,
    answers: { 'day/find': FOUND },
    reach: async (page) => {
      await find(page, '王')
      await page.getByText('找到 3 位').waitFor()
      await page.route('**/day/find*', () => undefined)
      await find(page, '王小')
      await page.getByText('正在找').waitFor()
    },
  },
  {
    name: 'my-customers-none',
    options: ALONE,
    answers: { 'day/find': { total: 0, friends: [] } },
    reach: async (page) => {
      await find(page, '龙虾')
      await page.getByText('没有这样的客户').waitFor()
    },
  },
  {
    name: 'my-customers-failed',
    options: ALONE,
    answers: { 'day/find': undefined },
    reach: async (page) => {
      await find(page, '王')
      await page.getByText('没有加载出来').waitFor()
    },
  },
  {
    name: 'my-day-offline',
    options: ALONE,
    reach: async (page) => {
      await page.getByText('我的数字').waitFor()
      await away(page)
    },
  },
  {
    name: 'group-offline',
    options: { entry: 'group_chat_tools' },
    reach: async (page) => {
      await page.getByText('不符合入群条件').waitFor()
      await away(page)
    },
  },
]
