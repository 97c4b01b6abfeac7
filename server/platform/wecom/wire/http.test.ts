import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSettableClock } from '../../../core/kernel/clock.ts'
import { CORP_ID, openPlatform, type Platform, type PlatformAnswer, SECRET } from '../testing/open-platform.ts'
import { createWecom } from '../wecom.ts'
import { createHttp } from './http.ts'
import { WecomUnreachable } from './wecom-error.ts'

const REMARK = '/cgi-bin/externalcontact/remark'
const remark = { userid: 'zhangsan', external_userid: 'wm1', remark: 'planted-remark-text' }
const SECRETS = [SECRET, CORP_ID, 'planted', 'access_token', 'corpsecret', '127.0.0.1', 'localhost']

/** Everything of an error that a log or a row might take. */
const everything = (error: unknown): string =>
  [inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error), String(error)].join('\n')
function expectNoSecretIn(text: string): void {
  // The stack names files of this machine; the client's address must not be in the rest.
  const withoutStack = text.replaceAll(/^\s+at .*$/gm, '')
  for (const secret of SECRETS) expect(withoutStack).not.toContain(secret)
}

let platform: Platform
beforeEach(async () => {
  platform = await openPlatform()
})
afterEach(() => platform.close())

const bad: [name: string, answer: PlatformAnswer][] = [
  ['HTTP 500', (response) => response.writeHead(500).end('planted-remark-text')],
  [
    'HTTP 502 with a page',
    (response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<html>planted</html>'),
  ],
  ['a page with HTTP 200', (response) => response.writeHead(200).end('<html><body>planted</body></html>')],
  ['nothing with HTTP 200', (response) => response.writeHead(200).end()],
  ['HTTP 503 with an answer that says ok', (response) => response.writeHead(503).end('{"errcode":0}')],
  ['a list', (response) => response.writeHead(200).end('[]')],
  ['half of its JSON', (response) => response.writeHead(200).end('{"errcode":0,"planted":')],
  ['HTTP 404', (response) => response.writeHead(404).end()],
  [
    'a redirect',
    (response, request) => response.writeHead(301, { location: `http://127.0.0.1:1${request.url}` }).end(),
  ],
  ['a broken connection', (response) => response.destroy()],
  [
    'more than fits',
    (response) => {
      response.on('error', () => undefined)
      response.writeHead(200).end(`{"errcode":0,"pad":"${' '.repeat(17 * 1024 * 1024)}"}`)
    },
  ],
]

describe('the platform answers', () => {
  it.each(bad)('%s: unreachable, later, without a secret in it', async (_name, answer) => {
    platform.on(REMARK, answer)
    const error: unknown = await platform.wecom.contacts.remark(remark).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(WecomUnreachable)
    expect(error).toMatchObject({ code: 'wecom.unreachable', retry: 'later', path: REMARK })
    expectNoSecretIn(everything(error))
    expectNoSecretIn(JSON.stringify(platform.logged))
  })

  it('with control characters as they are, as a nickname holds them: read', async () => {
    const text =
      '{"errcode":0,\n"external_contact":{"external_userid":"wm1","name":"小\n雨\t\u0001\\"x"},\t"follow_user":[]}'
    platform.on('/cgi-bin/externalcontact/get', (response) => response.writeHead(200).end(text))
    const { external_contact: contact } = await platform.wecom.contacts.get('wm1')
    expect(contact.name).toBe('小\n雨\t\u0001"x')
  })

  it('a refusal: its text is left out of the error, it may quote the request', async () => {
    platform.on(REMARK, { errcode: 84061, errmsg: 'planted-remark-text from ip: 127.0.0.1' })
    const error: unknown = await platform.wecom.contacts.remark(remark).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ errcode: 84061, path: REMARK, retry: 'never' })
    expectNoSecretIn(everything(error))
  })

  it('badly to gettoken: no secret in that error either', async () => {
    platform.on('/cgi-bin/gettoken', (response) => response.writeHead(500).end())
    const error: unknown = await platform.wecom.contacts.remark(remark).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'wecom.unreachable', path: '/cgi-bin/gettoken' })
    expectNoSecretIn(everything(error))
  })
})

describe('the platform hangs', () => {
  const request = { method: 'POST', path: REMARK, body: remark, timeoutMs: 60, repeatable: true } as const

  it.each<[string, PlatformAnswer]>([
    ['before its first byte', () => undefined],
    [
      'by trickling',
      (response) => {
        const trickle = setInterval(() => response.write(' '), 20)
        response.on('close', () => clearInterval(trickle))
      },
    ],
    ['in the middle of its answer', (response) => response.writeHead(200).write('{"errcode":')],
  ])('%s: given up in time', async (_name, answer) => {
    platform.on(REMARK, answer)
    const http = createHttp({ apiBase: platform.base })
    const error: unknown = await http
      .request({ ...request, query: { access_token: 'planted-token' } })
      .catch((thrown: unknown) => thrown)
    http.close()
    expect(error).toMatchObject({ code: 'wecom.unreachable', mayHaveHappened: true })
    expectNoSecretIn(everything(error))
  })
})

it('knows that nothing was sent when nobody listens', async () => {
  const closed = createServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  const { port } = closed.address() as AddressInfo // it listens on TCP
  await new Promise((resolve) => closed.close(resolve))
  const clock = createSettableClock('2026-03-01T09:00:00+08:00')
  const apiBase = `http://127.0.0.1:${port}`
  const wecom = createWecom({ apiBase, oauthBase: '', corpId: CORP_ID, agentId: 1, secret: SECRET, clock })
  const error: unknown = await wecom.contacts.followUserList().catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'wecom.unreachable', mayHaveHappened: false, retry: 'later' })
  expectNoSecretIn(everything(error))
})

it('sends again on a kept connection that the platform closed meanwhile, when that does no harm', async () => {
  await platform.wecom.contacts.followUserList().catch(() => undefined)
  platform.on(REMARK, (response) => response.destroy(), { errcode: 0 })
  await platform.wecom.contacts.remark(remark)
  expect(platform.sent(REMARK)).toHaveLength(2)
})

it('does not send again what would then happen twice', async () => {
  await platform.wecom.contacts.followUserList().catch(() => undefined)
  const path = '/cgi-bin/externalcontact/remind_groupmsg_send'
  platform.on(path, (response) => response.destroy(), { errcode: 0 })
  await expect(platform.wecom.massSends.remind({ msgid: 'msg1' })).rejects.toMatchObject({ mayHaveHappened: true })
  expect(platform.sent(path)).toHaveLength(1)
})
