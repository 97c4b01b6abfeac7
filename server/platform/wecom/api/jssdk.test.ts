import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import vectors from '../testing/crypto-vectors.json' with { type: 'json' }
import { openPlatform, type Platform } from '../testing/open-platform.ts'
import { signJssdk } from './jssdk.ts'

const CORP = '/cgi-bin/get_jsapi_ticket'
const AGENT = '/cgi-bin/ticket/get'
const PAGE = 'https://crm.example.com/sidebar/?guide=zhangsan'

it.each(vectors.jssdk_vectors)('signs $id', ({ jsapi_ticket, noncestr, timestamp, url, signature }) => {
  expect(signJssdk(jsapi_ticket, url, noncestr, Number(timestamp))).toBe(signature)
  expect(signJssdk(jsapi_ticket, `${url}#/customer/1`, noncestr, Number(timestamp))).toBe(signature)
})

describe('tickets', () => {
  let platform: Platform
  beforeEach(async () => {
    platform = await openPlatform()
    platform.on(CORP, { errcode: 0, ticket: 'planted-corp-ticket', expires_in: 7200 })
    platform.on(AGENT, { errcode: 0, ticket: 'planted-agent-ticket', expires_in: 7200 })
  })
  afterEach(() => platform.close())

  const expected = (ticket: string, nonceStr: string, timestamp: number): string =>
    createHash('sha1')
      .update(`jsapi_ticket=${ticket}&noncestr=${nonceStr}&timestamp=${timestamp}&url=${PAGE}`)
      .digest('hex')

  it('each kind signs with its own', async () => {
    const corp = await platform.wecom.jssdk.sign('corp', `${PAGE}#top`)
    const agent = await platform.wecom.jssdk.sign('agent', PAGE)
    expect(corp.timestamp).toBe(Date.parse('2026-03-01T09:00:00+08:00') / 1_000)
    expect(corp.signature).toBe(expected('planted-corp-ticket', corp.nonceStr, corp.timestamp))
    expect(agent.signature).toBe(expected('planted-agent-ticket', agent.nonceStr, agent.timestamp))
    expect(platform.sent(AGENT)[0]?.query).toMatchObject({ type: 'agent_config' })
  })

  it('a thousand pages opened make one call per kind', async () => {
    await Promise.all(Array.from({ length: 500 }, () => platform.wecom.jssdk.sign('corp', PAGE)))
    await Promise.all(Array.from({ length: 500 }, () => platform.wecom.jssdk.sign('agent', PAGE)))
    expect(platform.sent(CORP)).toHaveLength(1)
    expect(platform.sent(AGENT)).toHaveLength(1)
  })

  it('are fetched anew when they end', async () => {
    await platform.wecom.jssdk.sign('agent', PAGE)
    platform.clock.advance(7_200_000)
    await platform.wecom.jssdk.sign('agent', PAGE)
    expect(platform.sent(AGENT)).toHaveLength(2)
  })
})
