import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openPlatform, type Platform } from '../testing/open-platform.ts'

const GETTOKEN = '/cgi-bin/gettoken'
const LIST = '/cgi-bin/externalcontact/get_follow_user_list'
const OK = { errcode: 0, follow_user: ['zhangsan'] }
const INVALID = { errcode: 40014, errmsg: 'invalid access_token', follow_user: [] }

let platform: Platform
beforeEach(async () => {
  platform = await openPlatform()
  platform.on(LIST, OK)
})
afterEach(() => platform.close())
const ask = () => platform.wecom.contacts.followUserList()
const tokensUsed = (): (string | undefined)[] => platform.sent(LIST).map((request) => request.query.access_token)

describe('the access token', () => {
  it('is fetched once for many calls at the same time, and kept', async () => {
    await Promise.all(Array.from({ length: 20 }, ask))
    await ask()
    expect(platform.sent(GETTOKEN)).toHaveLength(1)
    expect(platform.sent(GETTOKEN)[0]?.query).toEqual({
      corpid: 'ww-corp-id-in-test',
      corpsecret: 'planted-corp-secret',
    })
    expect(tokensUsed()).toEqual(Array(21).fill('planted-token-1'))
  })

  it.each([40014, 42001, 40001])('is fetched once more after %i, and the call made again', async (errcode) => {
    platform.on(LIST, { ...INVALID, errcode }, OK)
    expect(await ask()).toEqual(OK)
    expect(tokensUsed()).toEqual(['planted-token-1', 'planted-token-2'])
  })

  it('is renewed once for many calls that were refused together', async () => {
    platform.on(LIST, INVALID, INVALID, INVALID, INVALID, OK)
    await Promise.all([ask(), ask(), ask(), ask()])
    expect(platform.sent(GETTOKEN)).toHaveLength(2)
    expect(tokensUsed().filter((token) => token === 'planted-token-2')).toHaveLength(4)
  })

  it('refused anew is a refusal to be tried later, not a loop', async () => {
    platform.on(LIST, INVALID)
    await expect(ask()).rejects.toMatchObject({ errcode: 40014, retry: 'later' })
    expect(platform.sent(LIST)).toHaveLength(2)
  })

  it('that is refused again and again is not fetched for every call', async () => {
    platform.on(LIST, INVALID)
    const outcomes = []
    for (let i = 0; i < 20; i += 1) outcomes.push(await ask().catch((error: { code: string }) => error.code))
    expect(platform.sent(GETTOKEN)).toHaveLength(3)
    expect(outcomes.at(-1)).toBe('wecom.credential-refused')
    platform.on(LIST, OK)
    expect(await ask()).toEqual(OK)
  })

  it('that comes with its time as text is understood', async () => {
    platform.on(GETTOKEN, { errcode: '0', access_token: 'planted-a', expires_in: '7200' })
    expect(await ask()).toEqual(OK)
    await ask()
    expect(platform.sent(GETTOKEN)).toHaveLength(1)
  })

  it.each([
    ['expires_in', { access_token: 'planted-a', expires_in: '0' }],
    ['expires_in', { access_token: 'planted-a', expires_in: 'soon' }],
    ['expires_in', { access_token: 'planted-a', expires_in: null }],
    ['access_token', { access_token: '', expires_in: 7200 }],
    ['access_token', { expires_in: 7200 }],
  ])('that comes without a usable %s is none, and the call waits', async (field, token) => {
    platform.on(GETTOKEN, { errcode: 0, ...token })
    await expect(ask()).rejects.toMatchObject({
      code: 'wecom.credential-missing',
      retry: 'later',
      message: expect.stringContaining(`at ${field}`),
    })
  })

  it('is refreshed in its last five minutes while calls go on with the old one', async () => {
    await ask()
    platform.clock.advance(6_899_000)
    await ask()
    expect(platform.sent(GETTOKEN)).toHaveLength(1)
    platform.clock.advance(2_000)
    await Promise.all([ask(), ask(), ask()])
    expect(platform.sent(GETTOKEN)).toHaveLength(2)
    await ask()
    expect(tokensUsed().at(-1)).toBe('planted-token-2')
  })

  it('that the platform gives again as it is, near its end, is not asked for at every call', async () => {
    const same = (expires_in: number) => ({ errcode: 0, access_token: 'planted-same', expires_in })
    platform.on(GETTOKEN, same(7_200), same(200), same(170))
    await ask()
    platform.clock.advance(7_000_000)
    for (let i = 0; i < 10; i += 1) await ask()
    expect(platform.sent(GETTOKEN)).toHaveLength(2)
  })

  it('past its end is waited for', async () => {
    await ask()
    platform.clock.advance(7_200_000)
    await ask()
    expect(tokensUsed()).toEqual(['planted-token-1', 'planted-token-2'])
  })
})

describe('gettoken fails', () => {
  it('with a wrong secret: not tried again for a minute, since many tries ban the IP', async () => {
    platform.on(GETTOKEN, { errcode: 40001, errmsg: 'invalid credential' })
    for (let i = 0; i < 5; i += 1) {
      await expect(ask()).rejects.toMatchObject({ errcode: 40001 })
      platform.clock.advance(11_000)
    }
    expect(platform.sent(GETTOKEN)).toHaveLength(1)
    platform.clock.advance(5_000)
    platform.on(GETTOKEN, { errcode: 0, access_token: 'planted-good', expires_in: 7200 })
    expect(await ask()).toEqual(OK)
  })

  it('with an HTTP fault: paused longer each time, up to ten seconds', async () => {
    platform.on(GETTOKEN, (response) => response.writeHead(503).end())
    const pauses = [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]
    for (const pauseMs of pauses) {
      await expect(ask()).rejects.toMatchObject({ code: 'wecom.unreachable' })
      platform.clock.advance(pauseMs - 1)
      const tries = platform.sent(GETTOKEN).length
      await expect(ask()).rejects.toMatchObject({ code: 'wecom.unreachable' })
      expect(platform.sent(GETTOKEN)).toHaveLength(tries)
      platform.clock.advance(1)
    }
    expect(platform.sent(GETTOKEN)).toHaveLength(pauses.length)
  })

  it('while the old token is good: nobody notices', async () => {
    await ask()
    platform.clock.advance(6_950_000)
    platform.on(GETTOKEN, (response) => response.writeHead(503).end())
    for (let i = 0; i < 3; i += 1) expect(await ask()).toEqual(OK)
  })
})
