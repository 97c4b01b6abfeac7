import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readEventXml } from '../../platform/wecom/callback/callback-body.ts'
import { toInboundEvent } from '../../platform/wecom/callback/inbound-event.ts'
import { KEPT_EVENTS } from '../../platform/wecom/callback/kept-events.ts'
import { postCallback } from '../../records/customers/testing/wecom-says.ts'
import { buildTestApp, type TestApp } from '../build-test-app.ts'
import { eventSamples, inAnotherOrder, sampleXml } from '../event-samples.ts'
import { SAMPLE_EFFECTS } from '../sample-effects.ts'

const config = {
  'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n',
  'policy.yaml':
    'stopWords: { accounts: [wkEpXaDQAAx3Nf7bHt1ZqMv5LwRy8JcA], stop: { words: [退订], answer: 已退订 }, again: { words: [恢复], answer: 已恢复 } }\n',
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
  const stored = (kind: string) => t.rawRows('SELECT kind, state FROM inbound_event WHERE kind = ?', [kind])

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
      Promise.all(tables.map(async (table) => (await t.rawRows(`SELECT 1 FROM ${table}`)).length))
    const before = await counts()
    for (const name of names) await deliver(name)
    expect(await t.rawRows(`SELECT kind, state FROM inbound_event ORDER BY id`)).toEqual(
      names.map((name) => ({ kind: inbound(name).kind, state: 'kept' })),
    )
    expect(await counts()).toEqual(before)
    expect(names).toHaveLength(25)
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
${CONSOLE_MOVES}`).toMatchFileSnapshot('../../../docs/events.md')
  })
})

/** Shown by server/records/customers/console-moves.test.ts. */
const CONSOLE_MOVES = `
## 在后台发起的转接

经活水发起的转接（\`npm run -s handover\`）记在账上，两边的事件一到就对得上。管理员在企业微信后台发起的，没有一条事件同时说出老导购和
新导购，所以先读一次客户详情再下结论：

| 企业微信说的 | 出处 | 用来认什么 |
| --- | --- | --- |
| 老导购的 \`del_external_contact\` 带 \`Source=DELETE_BY_TRANSFER\`，只有在职转接有 | 92130 | 客户被转走，不是流失 |
| 客户详情里，新导购这一条的 \`add_way\` 是 202（管理员或负责人分配） | 92114 | 客户是转来的，不是新加的 |
| 离职成员待分配的客户名单 \`get_unassigned_list\` | 92124 | 离职转接是从谁那里来的：这种转接没有删除事件 |

认出来以后和经活水发起的一样：来源、备注、标签、待办和旅程跟着客户走，不算流失，不算新客，不再发欢迎语。回调丢了的，夜里核对时照样认
（详情里 \`add_way\` 是 202 的那一条）。

认不出来的，按事件字面处理，最多晚一分钟：详情里看不到接手的人；接手的导购本来就是好友，而客户还有别的导购；有几位离职成员都等着分配
这位客户。带渠道参数的添加一律是新客；带欢迎语凭证的也是，除非十分钟内这位客户刚被转走——新客的欢迎语不等别的接口。查询转接结果的
\`transfer_result\`（94088）要先说出两位导购才能问，文档也没有说包含后台发起的，所以不靠它。
`

const HEAD = `# 企业微信的每一种事件

企业微信回调的每一条都先入库再应答。处理的，写明做什么；不处理的，原样保留（状态 \`kept\`），写明为什么。同一条送两次、字段换了
顺序，都只算一条。这一页由测试核对（\`server/testing/stories/all-events.test.ts\`）。

| 样例 | 事件 | 做什么 |
| --- | --- | --- |
`
