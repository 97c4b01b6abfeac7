import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { formatFault } from '../files/rule-fault.ts'
import { loadRules } from '../load-rules.ts'

/** A small, faultless set of rules of every kind; tests change single files. */
export const GOOD_RULES: Readonly<Record<string, string>> = {
  'tags.yaml': `tags:
  - group: 来源
    names: [包裹卡, 直播间]
  - group: 生命周期
    names: [新客, 老客]
`,
  'channels/包裹卡.yaml': `channel: 包裹卡
state: package-card
guides: [linxiaoyu]
welcome: 欢迎
tags: [来源/包裹卡]
`,
  'welcomes/欢迎.yaml': `welcome: 欢迎
default: true
text: "{客户昵称}您好，我是{导购名}"
attachments:
  - image: hello.png
  - groupQr: 科普群
`,
  'groups/科普群.yaml': `pool: 科普群
role: education
groups: { namePrefix: 科普 }
capacity: 200
entry: { orders.paid.count: 0 }
inviteOn: [customer.added]
inviteBy: welcome
`,
  'groups/付费群.yaml': `pool: 付费群
role: paid
groups: { namePrefix: 付费 }
capacity: 200
entry: { orders.paid.count: { gte: 1 } }
inviteBy: task
script: join-paid
`,
  'scripts/入群.yaml': `domain: 入群
situations:
  - situation: 付费群
    scripts:
      - id: join-paid
        title: 请进付费群
        aim: 进群
        expect: 好的
        text: 进群吧
        for: { orders.paid.count: { gte: 1 } }
`,
  'sop/首单.yaml': `sop: first-order
name: 首单
trigger: customer.added
when: { channel: { in: [包裹卡] } }
steps:
  - welcome: 欢迎
  - tag: { add: [生命周期/新客] }
  - wait: 10m
  - choose:
      - when: { orders.paid.count: { gte: 1 } }
        do: [ { invite: 付费群 } ]
      - otherwise: [ { invite: 科普群 } ]
  - wait: { until: "10:00", days: 1 }
  - task: { for: guide, script: join-paid, due: 24h }
goal: order.paid
leave: [customer.lost]
`,
  'sends/福利.yaml': `send: 福利
cron: "0 10 * * 3"
audience: { tags: { any: [生命周期/老客] }, follow.active: true }
content:
  text: 今天福利日
`,
}

/** A file of one PNG pixel's signature and some bytes. */
export const TINY_PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

/** Writes rules into a folder of their own, with `assets/hello.png`; undefined leaves a file out. */
export function ruleFolderOnDisk(files: Record<string, string | Buffer | undefined> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'huoshui-rules-'))
  const write = (changes: Record<string, string | Buffer | undefined>): void => {
    for (const [path, content] of Object.entries(changes)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      if (content === undefined) rmSync(join(folder, path), { force: true })
      else writeFileSync(join(folder, path), content)
    }
  }
  write({ ...GOOD_RULES, 'assets/hello.png': TINY_PNG, ...files })
  return { folder, write, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** One good file with `old` replaced. */
export function changed(file: string, old: string, by: string): Record<string, string> {
  const text = GOOD_RULES[file] ?? ''
  if (!text.includes(old)) throw new Error(`${file} has no ${old}`)
  return { [file]: text.replace(old, by) }
}

/** The faults of the good rules with some files changed, as ops staff read them. */
export async function faultsOf(files: Record<string, string | Buffer | undefined>): Promise<string[]> {
  const made = ruleFolderOnDisk(files)
  try {
    const { book, faults } = await loadRules(made.folder, VOCABULARY)
    if ((book === undefined) !== faults.length > 0) throw new Error('a book exactly when there is no fault')
    return faults.map((fault) => formatFault(fault))
  } finally {
    made.remove()
  }
}
