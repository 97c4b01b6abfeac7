import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { AppError } from './core/kernel/app-error.ts'
import { examineSettings, phoneSecrets, readSettings, readSomeSettings } from './settings.ts'

const good = {
  WECOM_CORP_ID: 'ww1234567890abcdef',
  WECOM_AGENT_ID: '1000002',
  WECOM_SECRET: 'a-secret-of-the-app',
  WECOM_CALLBACK_TOKEN: 'Token123',
  WECOM_CALLBACK_AES_KEY: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
  ORDERS_SECRET: 'a-key-shared-with-the-shop',
  PHONE_SECRET: 'a-key-that-nobody-knows',
}
function faultsOf(env: Record<string, string | undefined>): string {
  try {
    readSettings(env)
  } catch (error) {
    expect(error).toMatchObject({ code: 'settings.invalid' })
    return (error as AppError).message
  }
  throw new Error('nothing was refused')
}

test('what may be left out has its default', () => {
  expect(readSettings(good)).toMatchObject({
    HOST: '127.0.0.1',
    PORT: 3000,
    DATABASE_URL: 'sqlite:./data/huoshui.db',
    HUOSHUI_CONFIG: './config',
    WECOM_API_BASE: 'https://qyapi.weixin.qq.com',
    WECOM_AGENT_ID: 1_000_002,
    SESSION_SECRET: undefined,
    LOG_LEVEL: 'info',
  })
})

test('with nothing set, every setting that is needed is named at once, with what it is', () => {
  const lines = faultsOf({}).split('\n')
  expect(lines[0]).toBe('7 setting(s) to mend:')
  expect(lines.slice(1).map((line) => line.trim().split(' ')[0])).toEqual([
    'WECOM_CORP_ID',
    'WECOM_AGENT_ID',
    'WECOM_SECRET',
    'WECOM_CALLBACK_TOKEN',
    'WECOM_CALLBACK_AES_KEY',
    'ORDERS_SECRET',
    'PHONE_SECRET',
  ])
  expect(lines[1]).toContain('企业ID')
})

test('all wrong values are told at once: plain ones quoted, secrets never', () => {
  const planted = 'PLANTED'
  const text = faultsOf({
    ...good,
    PORT: '70000',
    PUBLIC_URL: 'scrm.example.com/huoshui',
    DATABASE_URL: `postgres://root:${planted}@db/x`,
    WECOM_SECRET: planted,
    WECOM_CALLBACK_TOKEN: `${planted}-_-`,
    WECOM_CALLBACK_AES_KEY: `${planted}=`,
    ORDERS_SECRET: planted,
    SESSION_SECRET: planted,
    LOG_LEVEL: 'loud',
    ALERT_USERIDS: '张三',
  })
  expect(text.split('\n')).toHaveLength(11)
  expect(text).toContain('PORT must be a whole number from 0 to 65535, not "70000"')
  expect(text).toContain('PUBLIC_URL must be an http(s) origin')
  expect(text).toContain('LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, not "loud"')
  expect(text).toContain('ALERT_USERIDS must be up to 20 userids of members, joined by commas')
  expect(text).not.toContain(planted)
})

test('an empty value is a missing one, and blanks around a value do not count', () => {
  expect(faultsOf({ ...good, WECOM_SECRET: ' ' })).toContain('WECOM_SECRET is missing')
  expect(readSettings({ ...good, PORT: ' 8080 ', PUBLIC_URL: 'https://scrm.example.com/' })).toMatchObject({
    PORT: 8080,
    PUBLIC_URL: 'https://scrm.example.com',
  })
})

test('a command asks only for what it needs', () => {
  expect(readSomeSettings({}, ['DATABASE_URL'])).toEqual({ DATABASE_URL: 'sqlite:./data/huoshui.db' })
  expect(() => readSomeSettings({}, ['DATABASE_URL', 'ORDERS_SECRET'])).toThrow(AppError)
})

test('ways for alerts that could never work are refused at the start', () => {
  const robot = 'http://robot.example.com/send?key=PLANTED'
  expect(faultsOf({ ...good, ALERT_WEBHOOK: robot })).toContain('ALERT_WEBHOOK must begin with https://')
  expect(faultsOf({ ...good, ALERT_WEBHOOK: robot })).not.toContain('PLANTED')
  expect(readSettings({ ...good, ALERT_WEBHOOK: robot, WEBHOOK_PRIVATE: 'yes' }).ALERT_WEBHOOK).toBe(robot)
  expect(readSettings({ ...good, ALERT_WEBHOOK: 'https://robot.example.com/' }).ALERT_WEBHOOK).toBeDefined()
  expect(faultsOf({ ...good, ALERT_SMTP: 'smtp://mail.example.com' })).toContain('ALERT_MAIL_TO is missing')
  expect(faultsOf({ ...good, ALERT_MAIL_TO: 'ops@example.com' })).toContain('ALERT_SMTP is missing')
  expect(readSettings({ ...good, ALERT_SMTP: 'smtp://m.example.com', ALERT_MAIL_TO: 'o@example.com' })).toBeDefined()
  // Who reads one of them alone is told nothing of the other.
  expect(readSomeSettings({ ALERT_MAIL_TO: 'ops@example.com' }, ['ALERT_MAIL_TO'])).toBeDefined()
})

test('WeCom has nowhere to send anybody back to who opens a link while there is no PUBLIC_URL', () => {
  const { PUBLIC_URL: _own, ...bare } = good as Record<string, string>
  expect(faultsOf({ ...bare, LINK_LOGIN: 'yes' })).toContain('LINK_LOGIN=yes needs PUBLIC_URL')
  expect(readSettings({ ...bare, LINK_LOGIN: 'yes', PUBLIC_URL: 'https://scrm.example.cn' }).LINK_LOGIN).toBe('yes')
  expect(readSettings({ ...bare, LINK_LOGIN: 'no' }).PUBLIC_URL).toBeUndefined()
  expect(readSomeSettings({ LINK_LOGIN: 'yes' }, ['LINK_LOGIN'])).toEqual({ LINK_LOGIN: 'yes' })
})

test('on a real corp phones are hashed under a key that the shop does not know; with the sandbox it may be left out', () => {
  const { PHONE_SECRET: _own, ...bare } = good
  const missing = faultsOf(bare)
  expect(missing.split('\n')).toHaveLength(2)
  expect(missing).toContain('OLD_PHONE_SECRET')
  const same = faultsOf({ ...bare, PHONE_SECRET: good.ORDERS_SECRET })
  expect(same).toContain('PHONE_SECRET is the same as ORDERS_SECRET')
  expect(same).not.toContain(good.ORDERS_SECRET)
  const sandbox = { ...bare, WECOM_API_BASE: 'http://127.0.0.1:4010' }
  expect(phoneSecrets(readSettings(sandbox))).toEqual([good.ORDERS_SECRET])
  const turning = { ...good, OLD_PHONE_SECRET: good.ORDERS_SECRET }
  expect(phoneSecrets(readSettings(turning))).toEqual([good.PHONE_SECRET, good.ORDERS_SECRET])
})

describe('a secret in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'huoshui-secrets-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (name: string, content: string, mode = 0o600): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    chmodSync(path, mode)
    return path
  }
  const { ORDERS_SECRET: _, ...others } = good

  test('is read without the end of its line', () => {
    for (const end of ['', '\n', '\r\n']) {
      const path = file('orders', `a-key-shared-with-the-shop${end}`)
      expect(readSettings({ ...others, ORDERS_SECRET_FILE: path }).ORDERS_SECRET).toBe('a-key-shared-with-the-shop')
    }
    const url = file('url', 'mysql://huoshui:pass@db/huoshui\n', 0o640)
    expect(readSettings({ ...good, DATABASE_URL_FILE: url }).DATABASE_URL).toBe('mysql://huoshui:pass@db/huoshui')
  })

  test.each<[string, () => Record<string, string>, string]>([
    ['is not there', () => ({ ORDERS_SECRET_FILE: join(folder, 'none') }), 'names a file that cannot be read (ENOENT)'],
    ['is a folder', () => ({ ORDERS_SECRET_FILE: folder }), 'names something that is no file'],
    ['is empty', () => ({ ORDERS_SECRET_FILE: file('empty', '\n') }), 'names an empty file'],
    [
      'is open to all',
      () => ({ ORDERS_SECRET_FILE: file('open', 'PLANTED-PLANTED', 0o644) }),
      'every account may read',
    ],
    [
      'may be changed by all',
      () => ({ ORDERS_SECRET_FILE: file('w', 'PLANTED-PLANTED', 0o602) }),
      'anybody may change',
    ],
    ['is too large', () => ({ ORDERS_SECRET_FILE: file('big', 'PLANTED'.repeat(10_000)) }), 'above 64 KB'],
    ['is one of two', () => ({ ORDERS_SECRET_FILE: file('two', 'PLANTED'), ORDERS_SECRET: 'PLANTED' }), 'both set'],
    ['is no key', () => ({ ORDERS_SECRET_FILE: file('short', 'PLANTED') }), 'ORDERS_SECRET must be 16–200 characters'],
  ])('that %s is a fault, and never quoted', (_how, env, fault) => {
    const text = faultsOf({ ...others, ...env() })
    expect(text.split('\n')[0]).toBe('1 setting(s) to mend:')
    expect(text).toContain(fault)
    expect(text).not.toContain('PLANTED')
  })

  test('is no other way to say what is no secret', () => {
    expect(readSettings({ ...good, PORT_FILE: file('port', '4000') }).PORT).toBe(3000)
  })
})

test('what is wrong is told to operators in Chinese, without English inside', () => {
  const bad = {
    ...good,
    PORT: 'x',
    DATABASE_URL: 'x',
    WECOM_AGENT_ID: 'x',
    LOG_LEVEL: 'x',
    PUBLIC_URL: 'x',
    AUDIT_DAYS: 'x',
  }
  for (const env of [{}, bad]) {
    const { faults } = examineSettings(env)
    expect(faults.length).toBeGreaterThanOrEqual(5)
    for (const { zh } of faults) {
      expect(zh).toMatch(/\p{Script=Han}/u)
      // Names of settings, addresses and single words of a format may stand there; a sentence may not.
      expect(zh).not.toMatch(/[a-z]{2,} [a-z]{2,} [a-z]{2,}/)
    }
  }
})
