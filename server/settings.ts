import { AppError } from './core/kernel/app-error.ts'
import { describeFaults, describeSettings } from './core/kernel/describe-settings.ts'
import { readSecretFile } from './core/kernel/secret-file.ts'
import {
  anyText,
  baseUrl,
  Fault,
  hostNames,
  mailAddresses,
  oneOf,
  type SettingSpec,
  severalKeys,
  userIds,
  type WebhookSecrets,
  webAddress,
  webhookSecrets,
  whole,
} from './core/kernel/setting-spec.ts'
import { SETTINGS_TOGETHER } from './core/kernel/settings-together.ts'

/** Every environment setting: what it is, unit, default, bound. `process.env` is read nowhere else. */
const setting = <Value>(spec: SettingSpec<Value>): SettingSpec<Value> => spec
const SPECS = {
  HOST: setting({
    doc: 'address to listen on',
    zh: '监听的地址',
    parse: anyText(/^\S+$/, 'an address', '一个地址'),
    default: '127.0.0.1',
  }),
  PORT: setting({
    doc: 'port to listen on, 0 for any free one',
    zh: '监听的端口，0 表示任意空闲端口',
    parse: whole(0, 65_535),
    default: 3000,
  }),
  PUBLIC_URL: setting<string | undefined>({
    doc: 'origin at which guides and WeCom reach this server; default http://HOST:PORT',
    zh: '导购和企业微信访问本服务的网址开头，默认 http://HOST:PORT',
    parse: baseUrl,
    default: undefined,
  }),
  LINK_LOGIN: setting({
    doc: 'yes: whoever opens a tracked link in WeChat is told apart by the app’s OAuth (PUBLIC_URL must be its trusted domain), so that a click counts for who really clicked; no: only their browser tells',
    zh: 'yes：在微信里点开 {链接:…} 的人由应用的网页授权认出来（可信域名要和 PUBLIC_URL 一致），谁点就算谁；no：只靠浏览器分辨',
    parse: oneOf('yes', 'no'),
    default: 'no' as const,
  }),
  DATABASE_URL: setting({
    doc: 'sqlite:./data/huoshui.db, sqlite::memory: or mysql://user:pass@host:3306/db (host,other:3306: whichever takes writes); behind it ?ssl=verify-identity (or verify-ca) and &ca=<file> for TLS, &standby=host:port for how far a replica is behind',
    zh: '数据库：sqlite:./data/huoshui.db、sqlite::memory: 或 mysql://用户:密码@主机:3306/库名（可写几个：主机,另一台:3306，用能写的那台）；后面加 ?ssl=verify-identity（或 verify-ca）、&ca=<证书文件> 就走 TLS，&standby=主机:端口 就看备库落后多少',
    parse: anyText(/^(sqlite:.+|mysql:\/\/.+)$/, 'sqlite:<file> or mysql://…', ' sqlite:<文件> 或 mysql://…'),
    default: 'sqlite:./data/huoshui.db',
    secret: true,
  }),
  HUOSHUI_CONFIG: setting({
    doc: 'folder of the rule files',
    zh: '规则文件夹',
    parse: anyText(/./, 'a folder', '一个文件夹'),
    default: './config',
  }),
  WECOM_API_BASE: setting({
    doc: "the platform's origin",
    zh: '企业微信接口的网址开头',
    parse: baseUrl,
    default: 'https://qyapi.weixin.qq.com',
  }),
  WECOM_OAUTH_BASE: setting<string | undefined>({
    doc: 'origin of the login page; default https://open.weixin.qq.com, or WECOM_API_BASE when that is not WeCom itself',
    zh: '登录页的网址开头，默认 https://open.weixin.qq.com；接口不是企业微信本身时同 WECOM_API_BASE',
    parse: baseUrl,
    default: undefined,
  }),
  WECOM_CORP_ID: setting({
    doc: 'corp id (企业ID)',
    zh: '企业ID（管理后台「我的企业」）',
    parse: anyText(/^w[0-9a-zA-Z]{4,64}$/, 'a corp id such as ww1234567890abcdef', '企业ID，如 ww1234567890abcdef'),
  }),
  WECOM_AGENT_ID: setting({
    doc: 'agent id of the self-built app',
    zh: '自建应用的 AgentId',
    parse: whole(1, 4_294_967_295),
  }),
  WECOM_SECRET: setting({
    doc: 'secret of the self-built app',
    zh: '自建应用的 Secret',
    parse: anyText(/^\S{10,200}$/, '10–200 characters', ' 10 到 200 个字符'),
    secret: true,
  }),
  WECOM_CALLBACK_TOKEN: setting({
    doc: 'Token of the callback settings',
    zh: '「接收消息」设置里的 Token',
    parse: anyText(/^[0-9a-zA-Z]{1,32}$/, '1–32 letters and digits', ' 1 到 32 个字母数字'),
    secret: true,
  }),
  WECOM_CALLBACK_AES_KEY: setting({
    doc: 'EncodingAESKey of the callback settings',
    zh: '「接收消息」设置里的 EncodingAESKey',
    parse: anyText(/^[0-9a-zA-Z+/]{43}$/, 'exactly 43 characters of base64', '正好 43 位字母数字'),
    secret: true,
  }),
  WECOM_CALLBACK_OLD_TOKEN: setting<string | undefined>({
    doc: 'the Token before, taken as well until the one in the console is replaced everywhere; default: none',
    zh: '换 Token 时的旧 Token，后台都换好以前也认；默认没有',
    parse: anyText(/^[0-9a-zA-Z]{1,32}$/, '1–32 letters and digits', ' 1 到 32 个字母数字'),
    default: undefined,
    secret: true,
  }),
  WECOM_CALLBACK_OLD_AES_KEY: setting<string | undefined>({
    doc: 'the EncodingAESKey before, taken as well; default: none',
    zh: '换 EncodingAESKey 时的旧的，也认；默认没有',
    parse: anyText(/^[0-9a-zA-Z+/]{43}$/, 'exactly 43 characters of base64', '正好 43 位字母数字'),
    default: undefined,
    secret: true,
  }),
  WECOM_CALLBACK_WINDOW_SEC: setting({
    doc: 'seconds that a callback’s timestamp may differ from our clock',
    zh: '回调的时间戳和本机时钟最多差多少秒',
    parse: whole(30, 86_400),
    default: 600,
  }),
  ORDERS_SECRET: setting({
    doc: 'key of the signature on POST /api/orders',
    zh: 'POST /api/orders 的签名密钥',
    parse: anyText(/^\S{16,200}$/, '16–200 characters', ' 16 到 200 个字符'),
    secret: true,
  }),
  ORDERS_SIGNATURE: setting({
    doc: 'signatures that the shop may send: v2 (over method and path as well), or any (also those of before, over time and body alone)',
    zh: '商城的签名认哪种：v2（连方法和路径一起签），any（只签时间和正文的旧写法也认）',
    parse: oneOf('any', 'v2'),
    default: 'any' as const,
  }),
  PHONE_SECRET: setting<string | undefined>({
    doc: 'key under which phone numbers are hashed; needed on a real corp, and then another than ORDERS_SECRET; when it changes, the one before goes into OLD_PHONE_SECRET; default: ORDERS_SECRET',
    zh: '手机号取哈希用的密钥；接真实企业必须设，而且不同于 ORDERS_SECRET；要换时把原来的写进 OLD_PHONE_SECRET；默认同 ORDERS_SECRET',
    parse: anyText(/^\S{16,200}$/, '16–200 characters', ' 16 到 200 个字符'),
    default: undefined,
    secret: true,
  }),
  OLD_PHONE_SECRET: setting<string | undefined>({
    doc: 'the PHONE_SECRET before, while phones are hashed anew (npm run -s people -- rehash-phones): what was stored under it is still found; default: none',
    zh: '换 PHONE_SECRET 时的旧密钥：重新取哈希（npm run -s people -- rehash-phones）以前，按旧密钥存的也对得上；默认没有',
    parse: anyText(/^\S{16,200}$/, '16–200 characters', ' 16 到 200 个字符'),
    default: undefined,
    secret: true,
  }),
  SESSION_SECRET: setting<string | undefined>({
    doc: 'key of the sidebar’s session cookies; default: derived from WECOM_SECRET',
    zh: '侧边栏登录 cookie 的密钥，默认由 WECOM_SECRET 算出',
    parse: anyText(/^\S{16,200}$/, '16–200 characters', ' 16 到 200 个字符'),
    default: undefined,
    secret: true,
  }),
  DOCTOR_KEY: setting<string | undefined>({
    doc: 'key that opens the page /doctor; without it the page is closed',
    zh: '打开 /doctor 页面的密钥；不设就不开放',
    parse: anyText(/^\S{16,200}$/, '16–200 characters', ' 16 到 200 个字符'),
    default: undefined,
    secret: true,
  }),
  MASS_SEND_PER_CUSTOMER: setting<number | undefined>({
    doc: 'corp mass messages that one customer may get a month, when the corp has tightened WeCom’s own limit; default: the days of the month',
    zh: '每位客户每月最多收几条企业群发（企业自己收紧时设），默认是当月天数',
    parse: whole(1, 31),
    default: undefined,
  }),
  MASS_SEND_PER_GROUP: setting<number | undefined>({
    doc: 'the same for a customer group; default: the days of the month',
    zh: '每个客户群每月最多发几条企业群发（企业自己收紧时设），默认是当月天数',
    parse: whole(1, 31),
    default: undefined,
  }),
  WEBHOOK_SECRETS: setting<WebhookSecrets>({
    doc: 'keys of the signatures on forwarded events, by webhook name: crm=key;erp=newkey,oldkey — two keys while one is being replaced',
    zh: '事件转发的签名密钥，按名字：crm=密钥;erp=新密钥,旧密钥（换密钥时写两个）',
    parse: webhookSecrets,
    default: new Map(),
    secret: true,
  }),
  WEBHOOK_PRIVATE: setting({
    doc: 'yes: webhooks may also go to http:// and to addresses of the inner network; no: only to https:// on the public one',
    zh: 'yes：事件也可以转发到 http:// 和内网地址；no：只转发到公网的 https://',
    parse: oneOf('yes', 'no'),
    default: 'no' as const,
  }),
  WEBHOOK_HOSTS: setting<readonly string[]>({
    doc: 'the only hosts that webhooks of the rules may go to, joined by commas, *.example.com for all below it; default: any',
    zh: '事件转发只许发到这些主机，用逗号隔开，*.example.com 指它下面的全部；默认不限',
    parse: hostNames,
    default: [],
  }),
  ALERT_USERIDS: setting<readonly string[]>({
    doc: 'members who get a message of the app when something needs a person’s hand (npm run -s alerts): userids, joined by commas; default: nobody',
    zh: '有事要人处理时收到应用消息的成员账号，逗号隔开（npm run -s alerts 列出的事）；默认没有',
    parse: userIds,
    default: [],
  }),
  ALERT_WEBHOOK: setting<string | undefined>({
    doc: 'second way to tell of such things, for when WeCom refuses us: address of a group robot (企业微信, 钉钉, 飞书) or of your own that takes JSON',
    zh: '通知的第二条路，企业微信拒绝时用：群机器人地址（企业微信、钉钉、飞书）或自己的接收 JSON 的地址',
    parse: webAddress,
    default: undefined,
    secret: true,
  }),
  ALERT_SMTP: setting<string | undefined>({
    doc: 'second way by mail: smtps://user:pass@host or smtp://host:port',
    zh: '用邮件做第二条路：smtps://用户:密码@主机 或 smtp://主机:端口',
    parse: anyText(/^smtps?:\/\/\S+$/, 'smtp://… or smtps://…', ' smtp://… 或 smtps://…'),
    default: undefined,
    secret: true,
  }),
  ALERT_MAIL_TO: setting<readonly string[]>({
    doc: 'who gets the mail: addresses, joined by commas',
    zh: '谁收邮件：邮箱地址，逗号隔开',
    parse: mailAddresses,
    default: [],
  }),
  ALERT_MAIL_FROM: setting<string | undefined>({
    doc: 'sender of the mail; default: the first of ALERT_MAIL_TO',
    zh: '发件地址，默认 ALERT_MAIL_TO 的第一个',
    parse: anyText(/^\S+@\S+$/, 'an address', '邮箱地址'),
    default: undefined,
  }),
  PROXY_HOPS: setting({
    doc: 'reverse proxies in front of this server, whose X-Forwarded-* headers are believed; 0 believes none',
    zh: '前面有几层反向代理，它们的 X-Forwarded-* 才可信；0 表示都不信',
    parse: whole(0, 5),
    default: 0,
  }),
  REQUESTS_PER_ADDRESS: setting({
    doc: 'requests a second of one address at which nobody is logged in (an office is one address; shops may ten times as many); 0: no limit',
    zh: '没有登录的同一个地址每秒最多多少次请求（一间办公室是一个地址；商城可以是它的十倍）；0 不限',
    parse: whole(0, 100_000),
    default: 50,
  }),
  REQUESTS_PER_GUIDE: setting({
    doc: 'requests a second of one guide; 0: no limit',
    zh: '同一位导购每秒最多多少次请求；0 不限',
    parse: whole(0, 100_000),
    default: 10,
  }),
  AUDIT_SECRET: setting<string | undefined>({
    doc: 'key that seals the audit (npm run -s audit), or newkey,oldkey while one is replaced; default: derived from WECOM_SECRET',
    zh: '操作记录（npm run -s audit）的封印密钥；换密钥时写 新密钥,旧密钥；默认由 WECOM_SECRET 算出',
    parse: severalKeys,
    default: undefined,
    secret: true,
  }),
  AUDIT_DAYS: setting({
    doc: 'days that the audit is kept',
    zh: '操作记录保留多少天',
    parse: whole(180, 3_650),
    default: 400,
  }),
  METRICS_KEY: setting<string | undefined>({
    doc: 'key that /metrics asks for (Authorization: Bearer …); default: none',
    zh: '/metrics 要的密钥（Authorization: Bearer …）；默认不要',
    parse: anyText(/^\S{16,200}$/, '16–200 characters', ' 16 到 200 个字符'),
    default: undefined,
    secret: true,
  }),
  KEEP_CALLBACK_DAYS: setting({
    doc: 'days for which what came in and went out is kept with its content; backtests look back no further',
    zh: '收到的事件、发出的动作，内容保存多少天；回测最多往回看这么久',
    parse: whole(14, 3_650),
    default: 90,
  }),
  KEEP_ROW_DAYS: setting({
    doc: 'days for which their rows without content, and technical ones, are kept: the same event is known again that long',
    zh: '上面这些去掉内容以后的行，和其他技术记录，保存多少天；这么久以内同一事件不会处理两次',
    parse: whole(30, 3_650),
    default: 400,
  }),
  KEEP_LEFT_DAYS: setting({
    doc: 'days after which a customer whom no guide and no group has any more is forgotten; 0: never',
    zh: '没有导购、也不在群里的客户，多少天以后删除；0 不删',
    parse: whole(0, 3_650),
    default: 730,
  }),
  KEEP_ORDER_DAYS: setting({
    doc: 'days for which an order without a customer of ours is kept; the law wants three years',
    zh: '不是我们客户的订单保存多少天；法律要求交易信息至少三年',
    parse: whole(1_096, 7_300),
    default: 1_100,
  }),
  LOG_LEVEL: setting({
    doc: 'least severe level that is logged',
    zh: '记录哪一级以上的日志',
    parse: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    default: 'info' as const,
  }),
}

/** What `phoneSecrets` needs. */
export const PHONE_SETTINGS = ['ORDERS_SECRET', 'PHONE_SECRET', 'OLD_PHONE_SECRET'] as const

/** Those under which phones are hashed: the present one, and the one before while it is given. */
export const phoneSecrets = (of: Pick<Settings, (typeof PHONE_SETTINGS)[number]>): [string, ...string[]] => [
  of.PHONE_SECRET ?? of.ORDERS_SECRET,
  ...(of.OLD_PHONE_SECRET === undefined ? [] : [of.OLD_PHONE_SECRET]),
]

type Parsed<Spec> = Spec extends SettingSpec<infer Value> ? Value : never
export type Settings = { readonly [Name in keyof typeof SPECS]: Parsed<(typeof SPECS)[Name]> }

/** Reads all settings. Throws settings.invalid naming every fault at once; values of secrets are never quoted. */
export function readSettings(env: Record<string, string | undefined>): Settings {
  return readSomeSettings(env, Object.keys(SPECS) as (keyof Settings)[])
}

/** The same for the few settings that a command needs: a list of runs needs no WeCom secret. */
export function readSomeSettings<Name extends keyof Settings>(
  env: Record<string, string | undefined>,
  names: readonly Name[],
): Pick<Settings, Name> {
  const { values, faults } = examine(env, names)
  if (faults.length > 0) {
    const { text, zh } = describeFaults(faults)
    throw new AppError('settings.invalid', text, { zh })
  }
  // Without a fault each name was parsed by its own spec.
  return values as Pick<Settings, Name>
}

export interface SettingFault {
  name: keyof Settings
  isMissing: boolean
  /** One English line; the value of a secret is never in it. */
  text: string
  /** The same in Chinese. */
  zh: string
}

/** Every setting that is right, and what is wrong with the others; never throws. For the doctor. */
export function examineSettings(env: Record<string, string | undefined>): {
  values: Partial<Settings>
  faults: SettingFault[]
} {
  return examine(env, Object.keys(SPECS) as (keyof Settings)[])
}

function examine(
  env: Record<string, string | undefined>,
  names: readonly (keyof Settings)[],
): { values: Partial<Settings>; faults: SettingFault[] } {
  const faults: SettingFault[] = []
  const values: Record<string, unknown> = {}
  for (const name of names) {
    const spec: SettingSpec<unknown> = SPECS[name]
    const written = textOf(env, name, spec)
    if (typeof written === 'object') {
      faults.push(written)
      continue
    }
    const text = written?.trim()
    if (text === undefined || text === '') {
      if ('default' in spec) values[name] = spec.default
      else faults.push(faultOf(name, true, `${name} is missing: ${spec.doc}`, `${name} 还没有设：${spec.zh}`))
      continue
    }
    const value = spec.parse(text)
    if (value instanceof Fault) {
      const isSecret = spec.secret === true
      faults.push({
        name,
        isMissing: false,
        text: `${name} ${value.text}${isSecret ? '' : `, not "${text}"`} (${spec.doc})`,
        zh: `${name} ${value.zh}${isSecret ? '' : `，不是「${text}」`}（${spec.zh}）`,
      })
    } else values[name] = value
  }
  for (const { name, isWrong, text, zh } of SETTINGS_TOGETHER) {
    // Each value came from the spec of its own name.
    if (isWrong(values as Partial<Settings>)) faults.push({ name, isMissing: false, text, zh })
  }
  return { values: values as Partial<Settings>, faults }
}

const faultOf = (name: keyof Settings, isMissing: boolean, text: string, zh: string): SettingFault => {
  return { name, isMissing, text, zh }
}

/** What is set: of a secret perhaps in a file, as Docker and Kubernetes hand them over. */
function textOf(
  env: Record<string, string | undefined>,
  name: keyof Settings,
  { secret }: SettingSpec<unknown>,
): string | undefined | SettingFault {
  const path = secret === true ? env[`${name}_FILE`]?.trim() : undefined
  if (path === undefined || path === '') return env[name]
  const wrong = (text: string, zh: string) => faultOf(name, false, `${name}_FILE ${text}`, `${name}_FILE ${zh}`)
  if (env[name] !== undefined && env[name].trim() !== '') {
    return wrong(`and ${name} are both set: leave one out`, `和 ${name} 都设了：只留一个`)
  }
  const read = readSecretFile(path)
  return 'value' in read ? read.value : wrong(read.text, read.zh)
}

/** Every setting with what it is and its default, for people: Chinese below English. */
export const settingsText = (): string => describeSettings(SPECS)
