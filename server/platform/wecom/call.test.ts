import type { ServerResponse } from 'node:http'
import Type from 'typebox'
import { afterEach, describe, expect, it } from 'vitest'
import { inCallContext } from '../../core/kernel/call-context.ts'
import type { Lane } from '../../core/kernel/lane.ts'
import { createCall } from './call.ts'
import { createRateLimits } from './limits/rate-limits.ts'
import { openPlatform, type Platform } from './testing/open-platform.ts'
import { createAccessToken } from './token/access-token.ts'
import { get } from './wire/endpoint.ts'
import { createHttp } from './wire/http.ts'

const MARK = '/cgi-bin/externalcontact/mark_tag'
const WELCOME = '/cgi-bin/externalcontact/send_welcome_msg'
const PAGE = '/cgi-bin/externalcontact/batch/get_by_user'
const GET = '/cgi-bin/externalcontact/get'

let platform: Platform
const open = async (options?: Parameters<typeof openPlatform>[0]): Promise<Platform> => {
  platform = await openPlatform(options)
  return platform
}
afterEach(() => platform.close())

const mark = (customer = 'wm1') =>
  platform.wecom.tags.mark({ userid: 'zhangsan', external_userid: customer, add_tag: ['et1'] })
const welcome = () => platform.wecom.contacts.sendWelcome({ welcome_code: 'code1', text: { content: '你好' } })

/** Answers that wait until the test lets them go. */
function heldAnswers() {
  const held: ServerResponse[] = []
  return {
    hold: (response: ServerResponse): void => {
      held.push(response)
    },
    held,
    release: (): void => {
      for (const response of held.splice(0)) response.writeHead(200).end('{"errcode":0}')
    },
  }
}
const customersAt = (path: string): string[] =>
  platform.sent(path).map(({ body }) => (JSON.parse(body) as { external_userid: string }).external_userid)
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}

describe('an answer of unknown shape', () => {
  it.each([
    ['an id that became null', { external_contact: { external_userid: null } }, 'external_contact.external_userid'],
    ['a field of another kind', { external_contact: { external_userid: 'wm1', name: {} } }, 'external_contact.name'],
    ['a field that is missing', {}, 'external_contact'],
  ])('%s is named, and never its value', async (_, answer, field) => {
    await open()
    platform.on(GET, { errcode: 0, ...answer })
    await expect(platform.wecom.contacts.get('wm1')).rejects.toMatchObject({
      name: 'WecomNotUnderstood',
      code: 'wecom.not-understood',
      message: `WeCom's answer to ${GET} has not the documented shape at ${field}`,
      retry: 'later',
      isDone: true,
    })
  })

  it('to a write that must not be done twice forbids to try again: WeCom has done it', async () => {
    await open()
    platform.on('/cgi-bin/message/send', { errcode: 0, msgid: {} })
    await expect(
      platform.wecom.messages.send({ touser: 'zhangsan', msgtype: 'text', text: { content: '好' } }),
    ).rejects.toMatchObject({ code: 'wecom.not-understood', retry: 'never', isDone: true, mayHaveHappened: true })
  })

  it.each([[undefined], [null], ['soon'], [1.5], [{}]])(
    'whose errcode is %j is neither a yes nor a no',
    async (errcode) => {
      await open()
      platform.on(MARK, { errcode })
      await expect(mark()).rejects.toMatchObject({ field: 'errcode', isDone: false, mayHaveHappened: true })
    },
  )
})

it('JSON without an errcode is no answer to a welcome: nobody knows whether it was sent', async () => {
  await open()
  platform.on(WELCOME, { result: false, code: 1306404, message: 'no such interface' })
  await expect(welcome()).rejects.toMatchObject({
    code: 'wecom.not-understood',
    retry: 'later',
    isDone: false,
    mayHaveHappened: true,
  })
})

it('a row that cannot be used is left out, told with its endpoint, field and id, and the rest counts', async () => {
  await open()
  platform.on(PAGE, {
    errcode: 0,
    external_contact_list: [
      { external_contact: { external_userid: 'wm_a', name: null }, follow_info: { userid: 'zhangsan' } },
      { external_contact: { external_userid: 'wm_b', name: 'planted' }, follow_info: { userid: null } },
      { external_contact: { external_userid: 'wm_c' }, follow_info: { userid: 'zhangsan', tag_id: null } },
    ],
  })
  const page = await platform.wecom.contacts.batchByUser({ userid_list: ['zhangsan'] })
  const known = page.external_contact_list?.map((row) => row.external_contact.external_userid)
  expect(known).toEqual(['wm_a', 'wm_c'])
  const told = { path: PAGE, field: 'external_contact_list[].follow_info.userid', count: 1, ids: ['wm_b'] }
  expect(platform.logged).toContainEqual(expect.objectContaining({ level: 'warn', fields: told }))
  expect(JSON.stringify(platform.logged)).not.toContain('planted')
})

describe('a call', () => {
  it('sends the documented body and gives the documented answer', async () => {
    await open()
    platform.on('/cgi-bin/externalcontact/add_contact_way', {
      errcode: 0,
      errmsg: 'ok',
      config_id: 'c1',
      qr_code: 'q',
      new_field: 1,
    })
    const answer = await platform.wecom.ways.add({ type: 2, scene: 2, state: 'parcel', user: ['zhangsan'] })
    expect(answer).toMatchObject({ config_id: 'c1', qr_code: 'q', new_field: 1 })
    const [request] = platform.sent('/cgi-bin/externalcontact/add_contact_way')
    expect(request?.query).toEqual({ access_token: 'planted-token-1' })
    expect(JSON.parse(request?.body ?? '')).toEqual({ type: 2, scene: 2, state: 'parcel', user: ['zhangsan'] })
  })

  it('looks at the errcode before the empty fields that come with it', async () => {
    await open()
    platform.on('/cgi-bin/externalcontact/get_follow_user_list', { errcode: 48002, errmsg: 'no', follow_user: [] })
    await expect(platform.wecom.contacts.followUserList()).rejects.toMatchObject({ errcode: 48002 })
  })

  it('is told to the metrics with its errcode, and its token to nobody', async () => {
    await open()
    platform.on(MARK, { errcode: 84061 })
    await mark().catch(() => undefined)
    expect(platform.results).toEqual([
      { path: '/cgi-bin/gettoken', errcode: 0, isAnswered: true, ms: expect.any(Number) },
      { path: MARK, errcode: 84061, isAnswered: true, ms: expect.any(Number) },
    ])
    expect(JSON.stringify(platform.logged)).not.toContain('planted')
  })

  it('that only a person can put right is complained about once in ten minutes', async () => {
    await open()
    platform.on(MARK, { errcode: 60020 })
    for (let i = 0; i < 3; i += 1) await mark().catch(() => undefined)
    expect(platform.logged.filter((line) => line.level === 'error')).toEqual([
      expect.objectContaining({ fields: expect.objectContaining({ errcode: 60020, path: MARK }) }),
    ])
    platform.clock.advance(600_000)
    await mark().catch(() => undefined)
    expect(platform.logged.filter((line) => line.level === 'error')).toHaveLength(2)
  })
})

describe('time', () => {
  const members = get({ path: '/cgi-bin/x', request: Type.Object({}), answer: Type.Object({}) })
  const callOf = () => {
    const { clock, base } = platform
    const http = createHttp({ apiBase: base })
    const token = createAccessToken({ http, corpId: 'ww1', secret: 's', clock })
    const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
    return createCall({ http, token, limits: createRateLimits(), clock, log })
  }

  it('is one for the token and the call: a gettoken that hangs does not hold the caller', async () => {
    await open()
    platform.on('/cgi-bin/gettoken', () => undefined)
    const call = callOf()
    await expect(call(members, {}, { timeoutMs: 80 })).rejects.toMatchObject({
      code: 'wecom.unreachable',
      path: '/cgi-bin/x',
      mayHaveHappened: false,
    })
    expect(platform.sent('/cgi-bin/x')).toEqual([])
  })

  it('of the second call is what the first left over', async () => {
    await open()
    const slowly = (body: object) => (response: ServerResponse) => {
      setTimeout(() => response.writeHead(200).end(JSON.stringify(body)), 70)
    }
    platform.on('/cgi-bin/x', slowly({ errcode: 42001 }), slowly({ errcode: 0 }))
    const call = callOf()
    await expect(call(members, {}, { timeoutMs: 120 })).rejects.toMatchObject({ code: 'wecom.unreachable' })
    platform.on('/cgi-bin/x', slowly({ errcode: 42001 }), slowly({ errcode: 0 }))
    expect(await call(members, {}, { timeoutMs: 5_000 })).toEqual({ errcode: 0 })
  })
})

describe('refusals', () => {
  it.each([
    [-1, { afterMs: 2_000 }],
    [6000, { afterMs: 2_000 }],
    [41096, { afterMs: 1_000 }],
    [41051, 'never'],
    [41050, 'never'],
    [41063, { afterMs: 30_000 }],
    [45035, { afterMs: 1_000 }],
    [45009, { afterMs: 60_000 }],
    [84061, 'never'],
    [60020, { afterMs: 600_000 }],
    [987654, 'never'],
  ])('%i may be tried again: %j', async (errcode, retry) => {
    await open()
    platform.on(MARK, { errcode })
    await expect(mark()).rejects.toMatchObject({ code: `wecom.errcode-${errcode}`, errcode, retry })
  })
})

describe('limits', () => {
  it('of a minute are kept before the platform has to say so', async () => {
    await open({ limits: { perMinute: 3 } })
    for (let i = 0; i < 3; i += 1) await mark()
    await expect(mark()).rejects.toMatchObject({ code: 'wecom.rate-limited', retry: { afterMs: 61_000 } })
    expect(platform.sent(MARK)).toHaveLength(3)
    await welcome()
    platform.clock.advance(61_000)
    await mark()
    expect(platform.sent(MARK)).toHaveLength(4)
  })

  it('after 45009 the endpoint is closed for a minute, then longer; others go on', async () => {
    await open()
    platform.on(MARK, { errcode: 45009 })
    await expect(mark()).rejects.toMatchObject({ errcode: 45009, retry: { afterMs: 60_000 } })
    await expect(mark()).rejects.toMatchObject({ code: 'wecom.rate-limited', retry: { afterMs: 60_000 } })
    await welcome()
    platform.clock.advance(60_000)
    await expect(mark()).rejects.toMatchObject({ errcode: 45009, retry: { afterMs: 120_000 } })
    platform.clock.advance(120_000)
    platform.on(MARK, { errcode: 0 })
    await mark()
    expect(platform.sent(MARK)).toHaveLength(3)
  })

  it('calls that were under way together and refused together close the endpoint once', async () => {
    await open()
    platform.on(MARK, { errcode: 45009 })
    const refusals = await Promise.all([1, 2, 3, 4].map((i) => mark(`wm${i}`).catch((error: unknown) => error)))
    for (const refusal of refusals) expect(refusal).toMatchObject({ errcode: 45009, retry: { afterMs: 60_000 } })
  })

  it('a welcome is tried again within its 20 seconds even after 45009', async () => {
    await open()
    platform.on(WELCOME, { errcode: 45009 })
    await expect(welcome()).rejects.toMatchObject({ errcode: 45009, retry: { afterMs: 5_000 } })
  })

  it('at most four calls to one endpoint are under way; the others follow', async () => {
    await open()
    const answers = heldAnswers()
    platform.on(MARK, answers.hold)
    const all = Promise.all(Array.from({ length: 10 }, (_, i) => mark(`wm${i}`)))
    await until(() => answers.held.length === 4)
    // A call to elsewhere has come and gone: had a fifth been let through, it would be here by now.
    await welcome()
    expect(answers.held).toHaveLength(4)
    answers.release()
    await until(() => answers.held.length === 4)
    answers.release()
    await until(() => answers.held.length === 2)
    answers.release()
    await all
    expect(platform.sent(MARK)).toHaveLength(10)
  })

  it('a line too long sends the next away instead of growing', async () => {
    await open()
    const answers = heldAnswers()
    platform.on(MARK, answers.hold)
    const calls = Array.from({ length: 70 }, (_, i) => mark(`wm${i}`).catch((error: { code: string }) => error.code))
    await until(() => answers.held.length === 4)
    expect(await Promise.all(calls.slice(68))).toEqual(['wecom.rate-limited', 'wecom.rate-limited'])
    platform.on(MARK, { errcode: 0 })
    answers.release()
    const outcomes = await Promise.all(calls)
    expect(outcomes.filter((outcome) => typeof outcome === 'string')).toHaveLength(2)
  })

  it('a welcome goes through while everything else stands in line', async () => {
    await open()
    const answers = heldAnswers()
    platform.on(MARK, answers.hold)
    platform.on(GET, answers.hold)
    const busy = [
      ...Array.from({ length: 30 }, (_, i) => mark(`wm${i}`)),
      ...Array.from({ length: 30 }, (_, i) => platform.wecom.contacts.get(`wm${i}`).catch(() => undefined)),
    ]
    await until(() => answers.held.length === 8)
    await welcome()
    expect(platform.sent(WELCOME)).toHaveLength(1)
    platform.on(MARK, { errcode: 0 })
    platform.on(GET, { errcode: 0, external_contact: { external_userid: 'wm1' } })
    answers.release()
    await Promise.all(busy)
  })

  it('a welcome waits for no campaign on its own endpoint, and an event goes before one', async () => {
    await open()
    const answers = heldAnswers()
    platform.on(MARK, answers.hold)
    const began: string[] = []
    const asked = (lane: Lane, customer: string) =>
      inCallContext({ lane }, () => mark(customer)).then(() => void began.push(customer))
    const campaign = Array.from({ length: 6 }, (_, i) => asked('campaign', `campaign${i}`))
    await until(() => answers.held.length === 3)
    // The campaign has left one call free.
    const first = asked('welcome', 'welcome')
    await until(() => answers.held.length === 4)
    expect(customersAt(MARK).at(-1)).toBe('welcome')
    const second = asked('event', 'event')
    answers.release()
    await until(() => answers.held.length === 4)
    expect(customersAt(MARK).slice(4)).toContain('event')
    platform.on(MARK, { errcode: 0 })
    answers.release()
    await Promise.all([...campaign, first, second])
    expect(began).toHaveLength(8)
  })

  it('45033 halves how many are under way, and it grows back by one a minute', async () => {
    await open()
    platform.on(MARK, { errcode: 45033 })
    await expect(mark()).rejects.toMatchObject({ errcode: 45033, retry: { afterMs: 2_000 } })
    const answers = heldAnswers()
    platform.on(MARK, answers.hold)
    const expectUnderWay = async (count: number): Promise<void> => {
      const calls = Promise.all([mark('wm1'), mark('wm2'), mark('wm3'), mark('wm4')])
      await until(() => answers.held.length >= count)
      // A call to elsewhere has come and gone: had one more been let through, it would be here by now.
      await welcome()
      expect(answers.held).toHaveLength(count)
      platform.on(MARK, { errcode: 0 })
      answers.release()
      await calls
      platform.on(MARK, answers.hold)
    }
    await expectUnderWay(2)
    platform.clock.advance(60_000)
    await expectUnderWay(3)
    platform.clock.advance(60_000)
    await expectUnderWay(4)
  })
})
