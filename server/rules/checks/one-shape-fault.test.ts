import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { checkRules } from '../check-rules.ts'
import { formatFault } from '../files/rule-fault.ts'
import type { RuleFile } from '../files/rule-folder.ts'
import type { RuleKind } from '../files/rule-kinds.ts'
import { GOOD_RULES, ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

const MORE: Record<string, string> = {
  'tiers/分层.yaml': `ladder: 分层
coolDownDays: 3
levels:
  - { level: S, when: { orders.paid.count: { gte: 5 } }, tag: 生命周期/老客, guides: [linxiaoyu], cap: 5, lastsDays: 8, invite: 付费群 }
  - { level: A, when: { orders.paid.count: { gte: 2 } }, keep: { orders.paid.count: { gte: 1 } } }
  - { level: B }
moves: propose
`,
  'policy.yaml': `quiet: "21:30-09:00"
tasksPerGuidePerDay: 9
contactsPerCustomer: { most: 5, days: 7, apart: 24h }
rhythm: { 福利: { most: 3, days: 7 } }
holdOut: { percent: 5 }
`,
  'roles.yaml': `roles:
  - { role: lead, departments: [1], of: [1] }
  - { role: ops, members: [zhoumin], operators: [root] }
  - { role: owner, members: [zhoumin], operators: [root] }
`,
  'profile.yaml': `fields:
  - { field: 口味, type: choice, options: [甲, 乙], see: [guide, lead], edit: [guide], required: true }
  - { field: 人口, type: number, min: 1, max: 9, unit: 口 }
`,
  'webhooks/crm.yaml':
    'webhook: crm\nurl: https://crm.example.com/a\nevents: [order.paid, customer.added]\nfields: []\n',
  'shops/店.yaml': 'shop: 店\nid: crm\nplatform: crmeb\naccount: wx1\naddress: https://shop.example.com\n',
  'sop/二.yaml': `sop: second
name: 二
trigger: { daily: "10:00" }
valid: { from: "2026-01-01", to: "2099-01-01" }
when: { follow.active: true, orders.paid.count: 0 }
quiet: "22:00-08:00"
rollout: { percent: 10, stopWhen: { lostPercent: 5, after: 20 } }
holdOut: { percent: 10, days: 30 }
steps:
  - wait: { until: "22:30" }
  - wait: { until: "10:00", days: 1 }
  - message: { text: 你好, within: 2h, attachments: [ { link: { title: 好, url: https://a.example.com } } ] }
  - wait: { event: tag.added, tag: 来源/直播间, atMost: 3d }
  - split: { experiment: 甲, arms: [ { arm: A, weight: 50, do: [ { remark: 甲 } ] }, { arm: B, weight: 50, do: [] } ] }
  - choose: [ { when: { orders.paid.count: { gte: 3 } }, do: [] }, { when: { orders.paid.count: { gte: 1 } }, do: [] } ]
  - task: { for: guide, title: 看看, escalate: { after: 2d, to: [zhoumin] } }
  - appMessage: { to: [zhoumin], text: 看看 }
  - tier: { ladder: 分层, to: A }
  - tag: { add: [来源/直播间], remove: [来源/包裹卡] }
  - { start: first-order }
goal: { event: order.paid }
leave: [customer.lost]
`,
  'sends/二.yaml': `send: 二
at: "2099-01-01 10:00"
audience: { follow.active: true }
kind: 福利
guides: [linxiaoyu]
approval: 24h
holdOut: { percent: 10, days: 7 }
content: { attachments: [ { image: hello.png } ] }
`,
}

const KIND_OF: Record<string, RuleKind> = {
  channels: 'channel',
  welcomes: 'welcome',
  'tags.yaml': 'tags',
  groups: 'pool',
  scripts: 'scripts',
  sop: 'sop',
  sends: 'send',
  webhooks: 'webhook',
  shops: 'shop',
  'policy.yaml': 'policy',
  tiers: 'ladder',
  'roles.yaml': 'roles',
  'profile.yaml': 'profile',
}
type Path = (string | number)[]

const kindOf = (file: string): RuleKind => KIND_OF[file.split('/')[0] ?? ''] ?? 'tags'
const FILES = { ...GOOD_RULES, ...MORE }

/** All places of a value, the outermost first. */
const placesIn = (value: unknown, at: Path = []): Path[] =>
  typeof value !== 'object' || value === null
    ? [at]
    : [
        at,
        ...Object.entries(value).flatMap(([key, inner]) =>
          placesIn(inner, [...at, Array.isArray(value) ? Number(key) : key]),
        ),
      ]

/** The same value with another one at a place. */
function withAt(value: unknown, [step, ...rest]: Path, by: unknown): unknown {
  if (step === undefined) return by
  const copy = structuredClone(value) as Record<string | number, unknown>
  copy[step] = withAt(copy[step], rest, by)
  return copy
}

const ODD = [null, 5.5, '不对', [], [5.5], true]
/** Another name is another name. */
const isName = (place: Path): boolean =>
  /^(?:channel|welcome|pool|sop|webhook|ladder|tags\.\d\.(?:group|names\.\d)|levels\.\d\.level|.*\.scripts\.\d\.id)$/.test(
    place.join('.'),
  )

describe.each(Object.keys(FILES).map((file) => [file] as const))('%s', (file) => {
  it('what has the wrong shape in one place is told there, and nothing follows from it elsewhere', async () => {
    const made = ruleFolderOnDisk()
    try {
      const good = parse(FILES[file] ?? '') as unknown
      let refused = 0
      const odd: string[] = []
      for (const place of placesIn(good)) {
        for (const by of ODD) {
          const changed = withAt(good, place, by)
          const wrong = VOCABULARY.shapes.faults(kindOf(file), changed)
          if (wrong.length === 0 || (by === '不对' && isName(place))) continue
          refused += 1
          const files: RuleFile[] = Object.entries(FILES).map(([one, text]) => ({
            kind: kindOf(one),
            file: one,
            text: one === file ? JSON.stringify(changed) : text,
          }))
          const { faults } = await checkRules({ folder: made.folder, files, faults: [], remarks: [] }, VOCABULARY)
          const told = new Set(wrong.map(({ message }) => message))
          const more = faults.filter(({ message }) => !told.has(message)).map((one) => formatFault(one))
          if (more.length > 0) odd.push(`${place.join('.')} = ${JSON.stringify(by)}: ${more.join(' | ')}`)
        }
      }
      expect(refused).toBeGreaterThan(10)
      expect(odd).toEqual([])
    } finally {
      made.remove()
    }
  })
})
