import { isRealPlatform } from './is-real-platform.ts'

/** Those of which one bears upon another; absent where a command does not read it. */
export interface SeenTogether {
  WECOM_API_BASE?: string
  PUBLIC_URL?: string | undefined
  LINK_LOGIN?: string
  ORDERS_SECRET?: string
  PHONE_SECRET?: string | undefined
  WEBHOOK_PRIVATE?: string
  ALERT_WEBHOOK?: string | undefined
  ALERT_SMTP?: string | undefined
  ALERT_MAIL_TO?: readonly string[]
}

/** While calls go to WeCom itself. */
const isReal = ({ WECOM_API_BASE: base }: SeenTogether): boolean => base !== undefined && isRealPlatform(base)

/** What is wrong only when several settings are seen together. */
export const SETTINGS_TOGETHER: readonly {
  name: keyof SeenTogether
  isWrong: (values: SeenTogether) => boolean
  text: string
  zh: string
}[] = [
  {
    name: 'LINK_LOGIN',
    isWrong: (values) => values.LINK_LOGIN === 'yes' && 'PUBLIC_URL' in values && values.PUBLIC_URL === undefined,
    text: 'LINK_LOGIN=yes needs PUBLIC_URL: links have no address of ours to which WeCom could send anybody back',
    zh: '设了 LINK_LOGIN=yes，还没有设 PUBLIC_URL：{链接:…} 没有我们自己的网址，企业微信也没有地方把人带回来。把 PUBLIC_URL 设成对外的网址，或者去掉 LINK_LOGIN',
  },
  {
    name: 'PHONE_SECRET',
    isWrong: (values) => isReal(values) && 'PHONE_SECRET' in values && values.PHONE_SECRET === undefined,
    text: 'PHONE_SECRET is missing: on a real corp it must be set, and differ from ORDERS_SECRET, which the shop knows; without it phones were hashed under ORDERS_SECRET until now, so set OLD_PHONE_SECRET to that',
    zh: 'PHONE_SECRET 还没有设：接真实企业时必须设，而且不能和 ORDERS_SECRET 相同（商城知道它）。以前没有设过的，手机号是用 ORDERS_SECRET 取的哈希：写一个新的 PHONE_SECRET，再把 OLD_PHONE_SECRET 设成现在的 ORDERS_SECRET',
  },
  {
    name: 'PHONE_SECRET',
    isWrong: (values) =>
      isReal(values) && values.PHONE_SECRET !== undefined && values.PHONE_SECRET === values.ORDERS_SECRET,
    text: 'PHONE_SECRET is the same as ORDERS_SECRET, which the shop knows: write another one, and set OLD_PHONE_SECRET to the present one',
    zh: 'PHONE_SECRET 和 ORDERS_SECRET 相同，商城知道它：换一个新的 PHONE_SECRET，再把 OLD_PHONE_SECRET 设成现在的',
  },
  {
    name: 'ALERT_WEBHOOK',
    isWrong: (values) =>
      /^http:/i.test(values.ALERT_WEBHOOK ?? '') &&
      values.WEBHOOK_PRIVATE !== undefined &&
      values.WEBHOOK_PRIVATE !== 'yes',
    text: 'ALERT_WEBHOOK must begin with https://, or set WEBHOOK_PRIVATE=yes when it stays in the inner network',
    zh: 'ALERT_WEBHOOK 要以 https:// 开头；只在内网用时，设 WEBHOOK_PRIVATE=yes',
  },
  {
    name: 'ALERT_MAIL_TO',
    isWrong: (values) => values.ALERT_SMTP !== undefined && values.ALERT_MAIL_TO?.length === 0,
    text: 'ALERT_MAIL_TO is missing: with ALERT_SMTP alone no mail goes to anybody',
    zh: '设了 ALERT_SMTP，还没有设 ALERT_MAIL_TO：没有人会收到邮件',
  },
  {
    name: 'ALERT_SMTP',
    isWrong: (values) =>
      'ALERT_SMTP' in values && values.ALERT_SMTP === undefined && (values.ALERT_MAIL_TO?.length ?? 0) > 0,
    text: 'ALERT_SMTP is missing: ALERT_MAIL_TO alone sends no mail',
    zh: '设了 ALERT_MAIL_TO，还没有设 ALERT_SMTP：邮件发不出去',
  },
]
