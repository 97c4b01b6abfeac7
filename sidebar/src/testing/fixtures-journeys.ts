import type { Journeys } from '../../../server/sidebar-api/contract.ts'
import { NOW_MS } from './fixtures.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Under way, over, only watched; and two that the customer is not in. */
export const someJourneys = (): Journeys => ({
  total: 3,
  journeys: [
    {
      title: '新客首单',
      version: '7a41c09be2d3',
      state: 'active',
      isWatched: false,
      enteredAtMs: NOW_MS - 30 * HOUR_MS,
      entered: '添加好友',
      facts: [{ label: '来源渠道', value: '包裹卡' }],
      now: '等待 1 天',
      next: '给导购待办「首单回访」',
      nextAtMs: NOW_MS + 23.5 * HOUR_MS,
      endedAtMs: null,
      endReason: null,
      steps: [
        {
          atMs: NOW_MS - 6 * HOUR_MS,
          text: '因为「已付款订单数至少 1」，走这一步',
          facts: [{ label: '已付款订单数', value: '2' }],
          version: '7a41c09be2d3',
        },
        {
          atMs: NOW_MS - 30 * HOUR_MS,
          text: '标签：加 生命周期/新客',
          facts: [],
          version: '03ffe1d2c4b5',
        },
      ],
    },
    {
      title: '沉睡唤醒',
      version: '55d0a9c1e7f2',
      state: 'active',
      isWatched: true,
      enteredAtMs: NOW_MS - DAY_MS,
      entered: '看名单时符合条件',
      facts: [],
      now: null,
      next: null,
      nextAtMs: NOW_MS + 20 * DAY_MS,
      endedAtMs: null,
      endReason: null,
      steps: [],
    },
    {
      title: '欢迎进群',
      version: '9b3e11d0aa47',
      state: 'goal',
      isWatched: false,
      enteredAtMs: NOW_MS - 12 * DAY_MS,
      entered: '添加好友',
      facts: [],
      now: null,
      next: null,
      nextAtMs: null,
      endedAtMs: NOW_MS - 11 * DAY_MS,
      endReason: '入群',
      steps: [{ atMs: NOW_MS - 12 * DAY_MS, text: '邀请进科普群', facts: [], version: '9b3e11d0aa47' }],
    },
  ],
  notIn: [
    {
      title: 'VIP 升级',
      version: 'c0ffee123456',
      why: '不符合条件：累计付款金额至少 2000 元（现在 786 元）',
      last: {
        atMs: NOW_MS - 3 * DAY_MS,
        text: '付款时没有进：不符合条件：累计付款金额至少 2000 元（现在 786 元）',
      },
    },
    { title: '生日', version: 'd00d00d00d00', why: '没有启用', last: null },
  ],
})
