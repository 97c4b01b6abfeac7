export interface SettingSpec<Value> {
  doc: string
  /** The same in Chinese, for operators. */
  zh: string
  parse(text: string): Value | Fault
  /** Absent: the setting is required. */
  default?: Value
  secret?: boolean
}

/** Why a text is no value of a setting, after the setting's name. */
export class Fault {
  readonly text: string
  readonly zh: string
  constructor(text: string, zh: string) {
    this.text = `must be ${text}`
    this.zh = `要写${zh}`
  }
}

export const anyText =
  (pattern: RegExp, what: string, zh: string) =>
  (text: string): string | Fault =>
    pattern.test(text) ? text : new Fault(what, zh)

export const whole =
  (min: number, max: number) =>
  (text: string): number | Fault => {
    const value = Number(text)
    return Number.isInteger(value) && value >= min && value <= max
      ? value
      : new Fault(`a whole number from ${min} to ${max}`, ` ${min} 到 ${max} 的整数`)
  }

export const baseUrl = (text: string): string | Fault =>
  /^https?:\/\/[^\s/?#]+$/.test(text.replace(/\/$/, ''))
    ? text.replace(/\/$/, '')
    : new Fault(
        'an http(s) origin such as https://scrm.example.com, without a path',
        '网址的开头，如 https://scrm.example.com，后面不带路径',
      )

export const webAddress = (text: string): string | Fault =>
  /^https?:\/\/[^\s/]+/.test(text) && URL.canParse(text)
    ? text
    : new Fault('an address with http(s)://', ' http(s):// 开头的地址')

export const mailAddresses = (text: string): readonly string[] | Fault => {
  const addresses = text.split(',').map((one) => one.trim())
  return addresses.length <= 20 && addresses.every((one) => /^[^\s@<>,]+@[^\s@<>,]+$/.test(one))
    ? addresses
    : new Fault('up to 20 mail addresses, joined by commas', '邮箱地址，用逗号隔开，最多 20 个')
}

export const oneOf =
  <const Values extends readonly string[]>(...values: Values) =>
  (text: string): Values[number] | Fault =>
    (values as readonly string[]).includes(text)
      ? (text as Values[number])
      : new Fault(`one of ${values.join(', ')}`, `这几个之一：${values.join('、')}`)

/** Keys by webhook name; the first signs for the receivers that know the new one already. */
export type WebhookSecrets = ReadonlyMap<string, readonly string[]>

export const webhookSecrets = (text: string): WebhookSecrets | Fault => {
  const entries = text
    .split(';')
    .map((part) => /^\s*([0-9A-Za-z_-]{1,30})=([^\s,;=]{16,200}(?:,[^\s,;=]{16,200})?)\s*$/.exec(part))
  if (entries.includes(null))
    return new Fault(
      'name=key or name=newkey,oldkey, joined by ;, each key of 16–200 characters',
      '名字=密钥 或 名字=新密钥,旧密钥，几组用 ; 隔开，每个密钥 16 到 200 个字符',
    )
  return new Map(entries.map((entry) => [entry?.[1] ?? '', (entry?.[2] ?? '').split(',')]))
}

export const hostNames = (text: string): readonly string[] | Fault => {
  const hosts = text.split(',').map((one) => one.trim().toLowerCase())
  return hosts.every((host) => /^(\*\.)?[0-9a-z.-]+(\.[0-9a-z-]+|$)$/.test(host))
    ? hosts
    : new Fault(
        'host names, joined by commas: crm.example.com,*.example.com',
        '主机名，用逗号隔开：crm.example.com,*.example.com',
      )
}

export const userIds = (text: string): readonly string[] | Fault => {
  const ids = text.split(',').map((one) => one.trim())
  return ids.length <= 20 && ids.every((id) => /^[0-9A-Za-z][0-9A-Za-z_\-@.]{0,63}$/.test(id))
    ? ids
    : new Fault('up to 20 userids of members, joined by commas', '成员账号（userid），用逗号隔开，最多 20 个')
}

/** The present one, and those before it. */
export const severalKeys = anyText(
  /^[^\s,]{16,200}(,[^\s,]{16,200})*$/,
  '16–200 characters, or several joined by commas',
  ' 16 到 200 个字符，几把用逗号隔开',
)
