import { AppError } from './core/kernel/app-error.ts'

/** Every environment setting: what it is, unit, default, bound. `process.env` is read nowhere else. */
interface SettingSpec<Value> {
  doc: string
  parse(text: string): Value | Fault
  /** Absent: the setting is required. */
  default?: Value
  secret?: boolean
}

class Fault {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const anyText =
  (pattern: RegExp, what: string) =>
  (text: string): string | Fault =>
    pattern.test(text) ? text : new Fault(`must be ${what}`)

const whole =
  (min: number, max: number) =>
  (text: string): number | Fault => {
    const value = Number(text)
    return Number.isInteger(value) && value >= min && value <= max
      ? value
      : new Fault(`must be a whole number from ${min} to ${max}`)
  }

const baseUrl = (text: string): string | Fault =>
  /^https?:\/\/[^\s/?#]+$/.test(text.replace(/\/$/, ''))
    ? text.replace(/\/$/, '')
    : new Fault('must be an http(s) origin such as https://scrm.example.com, without a path')

const webAddress = (text: string): string | Fault =>
  /^https?:\/\/[^\s/]+/.test(text) && URL.canParse(text) ? text : new Fault('must be an address with http(s)://')

const mailAddresses = (text: string): readonly string[] | Fault => {
  const addresses = text.split(',').map((one) => one.trim())
  return addresses.length <= 20 && addresses.every((one) => /^[^\s@<>,]+@[^\s@<>,]+$/.test(one))
    ? addresses
    : new Fault('must be up to 20 mail addresses, joined by commas')
}

const oneOf =
  <const Values extends readonly string[]>(...values: Values) =>
  (text: string): Values[number] | Fault =>
    (values as readonly string[]).includes(text)
      ? (text as Values[number])
      : new Fault(`must be one of ${values.join(', ')}`)

/** Keys by webhook name; the first signs for the receivers that know the new one already. */
export type WebhookSecrets = ReadonlyMap<string, readonly string[]>

const webhookSecrets = (text: string): WebhookSecrets | Fault => {
  const entries = text
    .split(';')
    .map((part) => /^\s*([0-9A-Za-z_-]{1,30})=([^\s,;=]{16,200}(?:,[^\s,;=]{16,200})?)\s*$/.exec(part))
  if (entries.includes(null))
    return new Fault('must be name=key or name=newkey,oldkey, joined by ;, each key of 16–200 characters')
  return new Map(entries.map((entry) => [entry?.[1] ?? '', (entry?.[2] ?? '').split(',')]))
}

const hostNames = (text: string): readonly string[] | Fault => {
  const hosts = text.split(',').map((one) => one.trim().toLowerCase())
  return hosts.every((host) => /^(\*\.)?[0-9a-z.-]+(\.[0-9a-z-]+|$)$/.test(host))
    ? hosts
    : new Fault('must be host names, joined by commas: crm.example.com,*.example.com')
}

const userIds = (text: string): readonly string[] | Fault => {
  const ids = text.split(',').map((one) => one.trim())
  return ids.length <= 20 && ids.every((id) => /^[0-9A-Za-z][0-9A-Za-z_\-@.]{0,63}$/.test(id))
    ? ids
    : new Fault('must be up to 20 userids of members, joined by commas')
}

const setting = <Value>(spec: SettingSpec<Value>): SettingSpec<Value> => spec

const SPECS = {
  HOST: setting({ doc: 'address to listen on', parse: anyText(/^\S+$/, 'an address'), default: '127.0.0.1' }),
  PORT: setting({ doc: 'port to listen on, 0 for any free one', parse: whole(0, 65_535), default: 3000 }),
  PUBLIC_URL: setting<string | undefined>({
    doc: 'origin at which guides and WeCom reach this server; default http://HOST:PORT',
    parse: baseUrl,
    default: undefined,
  }),
  DATABASE_URL: setting({
    doc: 'sqlite:./data/huoshui.db, sqlite::memory: or mysql://user:pass@host:3306/db',
    parse: anyText(/^(sqlite:.+|mysql:\/\/.+)$/, 'sqlite:<file> or mysql://…'),
    default: 'sqlite:./data/huoshui.db',
    secret: true,
  }),
  HUOSHUI_CONFIG: setting({ doc: 'folder of the rule files', parse: anyText(/./, 'a folder'), default: './config' }),
  WECOM_API_BASE: setting({ doc: "the platform's origin", parse: baseUrl, default: 'https://qyapi.weixin.qq.com' }),
  WECOM_OAUTH_BASE: setting<string | undefined>({
    doc: 'origin of the login page; default https://open.weixin.qq.com, or WECOM_API_BASE when that is not WeCom itself',
    parse: baseUrl,
    default: undefined,
  }),
  WECOM_CORP_ID: setting({
    doc: 'corp id (企业ID)',
    parse: anyText(/^w[0-9a-zA-Z]{4,64}$/, 'a corp id such as ww1234567890abcdef'),
  }),
  WECOM_AGENT_ID: setting({ doc: 'agent id of the self-built app', parse: whole(1, 4_294_967_295) }),
  WECOM_SECRET: setting({
    doc: 'secret of the self-built app',
    parse: anyText(/^\S{10,200}$/, '10–200 characters'),
    secret: true,
  }),
  WECOM_CALLBACK_TOKEN: setting({
    doc: 'Token of the callback settings',
    parse: anyText(/^[0-9a-zA-Z]{1,32}$/, '1–32 letters and digits'),
    secret: true,
  }),
  WECOM_CALLBACK_AES_KEY: setting({
    doc: 'EncodingAESKey of the callback settings',
    parse: anyText(/^[0-9a-zA-Z+/]{43}$/, 'exactly 43 characters of base64'),
    secret: true,
  }),
  WECOM_CALLBACK_OLD_TOKEN: setting<string | undefined>({
    doc: 'the Token before, taken as well until the one in the console is replaced everywhere; default: none',
    parse: anyText(/^[0-9a-zA-Z]{1,32}$/, '1–32 letters and digits'),
    default: undefined,
    secret: true,
  }),
  WECOM_CALLBACK_OLD_AES_KEY: setting<string | undefined>({
    doc: 'the EncodingAESKey before, taken as well; default: none',
    parse: anyText(/^[0-9a-zA-Z+/]{43}$/, 'exactly 43 characters of base64'),
    default: undefined,
    secret: true,
  }),
  WECOM_CALLBACK_WINDOW_SEC: setting({
    doc: 'seconds that a callback’s timestamp may differ from our clock',
    parse: whole(30, 86_400),
    default: 600,
  }),
  ORDERS_SECRET: setting({
    doc: 'key of the signature on POST /api/orders',
    parse: anyText(/^\S{16,200}$/, '16–200 characters'),
    secret: true,
  }),
  PHONE_SECRET: setting<string | undefined>({
    doc: 'key under which phone numbers are hashed; must never change, or earlier orders no longer match by phone; default: ORDERS_SECRET',
    parse: anyText(/^\S{16,200}$/, '16–200 characters'),
    default: undefined,
    secret: true,
  }),
  SESSION_SECRET: setting<string | undefined>({
    doc: 'key of the sidebar’s session cookies; default: derived from WECOM_SECRET',
    parse: anyText(/^\S{16,200}$/, '16–200 characters'),
    default: undefined,
    secret: true,
  }),
  DOCTOR_KEY: setting<string | undefined>({
    doc: 'key that opens the page /doctor; without it the page is closed',
    parse: anyText(/^\S{16,200}$/, '16–200 characters'),
    default: undefined,
    secret: true,
  }),
  MASS_SEND_PER_CUSTOMER: setting<number | undefined>({
    doc: 'corp mass messages that one customer may get a month, when the corp has tightened WeCom’s own limit; default: the days of the month',
    parse: whole(1, 31),
    default: undefined,
  }),
  WEBHOOK_SECRETS: setting<WebhookSecrets>({
    doc: 'keys of the signatures on forwarded events, by webhook name: crm=key;erp=newkey,oldkey — two keys while one is being replaced',
    parse: webhookSecrets,
    default: new Map(),
    secret: true,
  }),
  WEBHOOK_PRIVATE: setting({
    doc: 'yes: webhooks may also go to http:// and to addresses of the inner network; no: only to https:// on the public one',
    parse: oneOf('yes', 'no'),
    default: 'no' as const,
  }),
  WEBHOOK_HOSTS: setting<readonly string[]>({
    doc: 'the only hosts that webhooks of the rules may go to, joined by commas, *.example.com for all below it; default: any',
    parse: hostNames,
    default: [],
  }),
  ALERT_USERIDS: setting<readonly string[]>({
    doc: 'members who get a message of the app when something needs a person’s hand (npm run -s alerts): userids, joined by commas; default: nobody',
    parse: userIds,
    default: [],
  }),
  ALERT_WEBHOOK: setting<string | undefined>({
    doc: 'second way to tell of such things, for when WeCom refuses us: address of a group robot (企业微信, 钉钉, 飞书) or of your own that takes JSON',
    parse: webAddress,
    default: undefined,
    secret: true,
  }),
  ALERT_SMTP: setting<string | undefined>({
    doc: 'second way by mail: smtps://user:pass@host or smtp://host:port',
    parse: anyText(/^smtps?:\/\/\S+$/, 'smtp://… or smtps://…'),
    default: undefined,
    secret: true,
  }),
  ALERT_MAIL_TO: setting<readonly string[]>({
    doc: 'who gets the mail: addresses, joined by commas',
    parse: mailAddresses,
    default: [],
  }),
  ALERT_MAIL_FROM: setting<string | undefined>({
    doc: 'sender of the mail; default: the first of ALERT_MAIL_TO',
    parse: anyText(/^\S+@\S+$/, 'an address'),
    default: undefined,
  }),
  PROXY_HOPS: setting({
    doc: 'reverse proxies in front of this server, whose X-Forwarded-* headers are believed; 0 believes none',
    parse: whole(0, 5),
    default: 0,
  }),
  REQUESTS_PER_ADDRESS: setting({
    doc: 'requests a second of one address at which nobody is logged in (an office is one address; shops may ten times as many); 0: no limit',
    parse: whole(0, 100_000),
    default: 50,
  }),
  REQUESTS_PER_GUIDE: setting({
    doc: 'requests a second of one guide; 0: no limit',
    parse: whole(0, 100_000),
    default: 10,
  }),
  METRICS_KEY: setting<string | undefined>({
    doc: 'key that /metrics asks for (Authorization: Bearer …); default: none',
    parse: anyText(/^\S{16,200}$/, '16–200 characters'),
    default: undefined,
    secret: true,
  }),
  LOG_LEVEL: setting({
    doc: 'least severe level that is logged',
    parse: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    default: 'info' as const,
  }),
}

/** What is wrong only when several settings are seen together. */
const TOGETHER: readonly { name: keyof Settings; isWrong: (values: Partial<Settings>) => boolean; text: string }[] = [
  {
    name: 'ALERT_WEBHOOK',
    isWrong: (values) =>
      /^http:/i.test(values.ALERT_WEBHOOK ?? '') &&
      values.WEBHOOK_PRIVATE !== undefined &&
      values.WEBHOOK_PRIVATE !== 'yes',
    text: 'ALERT_WEBHOOK must begin with https://, or set WEBHOOK_PRIVATE=yes when it stays in the inner network',
  },
  {
    name: 'ALERT_MAIL_TO',
    isWrong: (values) => values.ALERT_SMTP !== undefined && values.ALERT_MAIL_TO?.length === 0,
    text: 'ALERT_MAIL_TO is missing: with ALERT_SMTP alone no mail goes to anybody',
  },
  {
    name: 'ALERT_SMTP',
    isWrong: (values) =>
      'ALERT_SMTP' in values && values.ALERT_SMTP === undefined && (values.ALERT_MAIL_TO?.length ?? 0) > 0,
    text: 'ALERT_SMTP is missing: ALERT_MAIL_TO alone sends no mail',
  },
]

type Parsed<Spec> = Spec extends SettingSpec<infer Value> ? Value : never
export type Settings = { readonly [Name in keyof typeof SPECS]: Parsed<(typeof SPECS)[Name]> }

/** True when calls go to WeCom itself, and not to a sandbox or a stand-in for it. */
export const isRealPlatform = (apiBase: Settings['WECOM_API_BASE']): boolean =>
  new URL(apiBase).hostname === 'qyapi.weixin.qq.com'

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
    const texts = faults.map((fault) => fault.text)
    throw new AppError('settings.invalid', `${faults.length} setting(s) to mend:\n  ${texts.join('\n  ')}`)
  }
  // Without a fault each name was parsed by its own spec.
  return values as Pick<Settings, Name>
}

export interface SettingFault {
  name: keyof Settings
  isMissing: boolean
  /** One English line; the value of a secret is never in it. */
  text: string
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
    const text = env[name]?.trim()
    if (text === undefined || text === '') {
      if ('default' in spec) values[name] = spec.default
      else faults.push({ name, isMissing: true, text: `${name} is missing: ${spec.doc}` })
      continue
    }
    const value = spec.parse(text)
    if (value instanceof Fault) {
      const quoted = spec.secret === true ? '' : `, not "${text}"`
      faults.push({ name, isMissing: false, text: `${name} ${value.text}${quoted} (${spec.doc})` })
    } else values[name] = value
  }
  for (const { name, isWrong, text } of TOGETHER) {
    // Each value came from the spec of its own name.
    if (isWrong(values as Partial<Settings>)) faults.push({ name, isMissing: false, text })
  }
  return { values: values as Partial<Settings>, faults }
}
