import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { postCallback } from './customers/testing/wecom-says.ts'
import { buildTestApp, type TestApp } from './testing/build-test-app.ts'
import { eventSamples, inAnotherOrder, sampleXml } from './testing/event-samples.ts'
import { SAMPLE_EFFECTS } from './testing/sample-effects.ts'
import { readEventXml } from './wecom/callback-body.ts'
import { toInboundEvent } from './wecom/inbound-event.ts'
import { KEPT_EVENTS } from './wecom/kept-events.ts'

const config = {
  'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n',
  'channels/c.yaml': 'channel: 投放\nstate: ads_campaign_12\nguides: [zhangsan, lisi]\n',
}
const inbound = (name: string) => toInboundEvent(readEventXml(sampleXml(name)), 0)
const kept = new Map(KEPT_EVENTS.map((one) => [one.kind, one.why]))

describe('every documented event of WeCom, delivered twice and once more in another order', () => {
  let t: TestApp
  beforeEach(async () => {
    t = await buildTestApp({
      now: '2026-01-01T15:00:00+08:00',
      config,
      sandbox: { credentials: { corpId: 'ww7d3c1e5a90b24f68' } },
    })
  })
  afterEach(() => t.close())

  /** The clock stands two seconds after the event. */
  async function deliver(name: string): Promise<void> {
    for (const xml of [sampleXml(name), sampleXml(name), inAnotherOrder(sampleXml(name))]) {
      expect(await postCallback(t, xml)).toBe(200)
    }
    await t.settle()
  }
  const stored = (kind: string) => t.rows('SELECT kind, state FROM inbound_event WHERE kind = ?', [kind])

  it.each(eventSamples.filter((name) => !kept.has(inbound(name).kind)))('%s has its effect, once', async (name) => {
    const effect = SAMPLE_EFFECTS[name]
    if (effect === undefined) throw new Error(`${name} is neither kept nor has it an effect`)
    const { kind, eventAtMs } = inbound(name)
    await effect.known?.(t)
    await t.settle()
    t.clock.set(eventAtMs + 1_000)
    await t.settle()
    t.clock.advance(1_000)
    t.sandbox.setDelivery({ copies: 0 })
    await effect.world?.(t)
    const before = (await stored(kind)).length
    await deliver(name)
    expect((await stored(kind)).slice(before)).toEqual([{ kind, state: 'done' }])
    expect(await effect.see(t)).toEqual(effect.expected)
  })

  it('the others are kept with the reason, change nothing, and none is unknown', async () => {
    const names = eventSamples.filter((name) => kept.has(inbound(name).kind))
    const tables = ['action', 'timeline', 'follow', 'alert', 'guide_task']
    const counts = async (): Promise<number[]> =>
      Promise.all(tables.map(async (table) => (await t.rows(`SELECT 1 FROM ${table}`)).length))
    const before = await counts()
    for (const name of names) await deliver(name)
    expect(await t.rows(`SELECT kind, state FROM inbound_event ORDER BY id`)).toEqual(
      names.map((name) => ({ kind: inbound(name).kind, state: 'kept' })),
    )
    expect(await counts()).toEqual(before)
    expect(names).toHaveLength(26)
  })

  it('docs/events.md lists each with what it does or why it is kept', async () => {
    const rows = eventSamples.map((name) => {
      const { kind } = inbound(name)
      const does = SAMPLE_EFFECTS[name]?.says ?? `保留：${kept.get(kind) ?? ''}`
      return `| \`${name}\` | \`${kind}\` | ${does} |`
    })
    const unsampled = KEPT_EVENTS.filter(({ kind }) => !eventSamples.some((name) => inbound(name).kind === kind))
    await expect(`${HEAD}${rows.join('\n')}

企业微信文档里有、但没有样例的：

${unsampled.map(({ kind, why }) => `- \`${kind}\`：保留，${why}`).join('\n')}
- \`wecom.inactive_alert\`、\`wecom.low_active_alert\`、\`wecom.low_active\`：提醒应用很少有人使用；\`wecom.active_restored\` 撤销
- 文档里没有的事件，或者缺字段的：以 \`wecom.unknown\` 原样保留，连同原因
`).toMatchFileSnapshot('../docs/events.md')
  })
})

const HEAD = `# 企业微信的每一种事件

企业微信回调的每一条都先入库再应答。处理的，写明做什么；不处理的，原样保留（状态 \`kept\`），写明为什么。同一条送两次、字段换了
顺序，都只算一条。这一页由测试核对（\`server/all-events.test.ts\`）。

| 样例 | 事件 | 做什么 |
| --- | --- | --- |
`
