import { didYouMean } from '../condition/did-you-mean.ts'
import type { FactShape } from '../condition/fact.ts'
import type { Condition } from '../schema/condition.ts'
import type { NameKind } from '../schema/name-kind.ts'

/** What rules may refer to. A kind is missing when one of its files could not be read at all: then a reference to it
 *  may well be right, and is left alone. */
export type Names = Record<NameKind, ReadonlySet<string> | undefined>

const ZH: Record<NameKind, string> = {
  channel: '渠道',
  welcome: '欢迎语',
  tag: '标签',
  pool: '群池',
  script: '话术',
  tier: '分层等级',
  sop: 'SOP',
  webhook: '事件转发',
  rfm: ' RFM 分组',
}
const WHERE: Record<NameKind, string> = {
  channel: 'channels/',
  welcome: 'welcomes/',
  tag: 'tags.yaml',
  pool: 'groups/',
  script: 'scripts/',
  tier: 'tiers/',
  sop: 'sop/',
  webhook: 'webhooks/',
  rfm: 'rfm.yaml',
}

/** Message and suggestion for a reference to something that does not exist; undefined when it exists. */
export function missingName(names: Names, kind: NameKind, name: string): [string, string] | undefined {
  const known = names[kind]
  if (known === undefined || known.has(name)) return undefined
  if (kind === 'tag' && !name.includes('/')) {
    const full = [...known].find((tag) => tag.endsWith(`/${name}`))
    return [`标签「${name}」要连组名一起写`, full === undefined ? '写成 组/名，如 来源/包裹卡' : `写成 ${full}`]
  }
  if (kind === 'tier' && !name.includes('/')) {
    const full = [...known].find((tier) => tier.endsWith(`/${name}`))
    return [`「${name}」要连梯子的名字一起写`, full === undefined ? '写成 梯子/级，如 分层/A' : `写成 ${full}`]
  }
  const around = kind === 'tag' || kind === 'tier' ? missingAround(kind, name, known) : undefined
  if (around !== undefined) return around
  const meant = didYouMean(name, known)
  return [`没有叫「${name}」的${ZH[kind]}`, meant === undefined ? `先在 ${WHERE[kind]} 里加上` : `是不是想写 ${meant}`]
}

const AROUND_ZH = { tag: '标签组', tier: '梯子' } as const

/** Not even the group or the ladder is there: that is the one mistake, whatever of it is named. */
function missingAround(kind: 'tag' | 'tier', name: string, known: ReadonlySet<string>): [string, string] | undefined {
  const [around = '', ...rest] = name.split('/')
  const others = new Set([...known].map((one) => one.slice(0, one.indexOf('/'))))
  if (others.has(around) || others.size === 0) return undefined
  const inside = rest.join('/')
  const meant = [...others].find((one) => known.has(`${one}/${inside}`)) ?? didYouMean(around, others)
  const hint = meant === undefined ? `先在 ${WHERE[kind]} 里加上` : `是不是想写 ${meant}`
  return [`没有叫「${around}」的${AROUND_ZH[kind]}`, hint]
}

/** Reports values of facts that are names of rules, where there is no such rule. */
export function checkConditionNames(
  { names, facts }: { names: Names; facts: readonly FactShape[] },
  condition: Condition,
  report: (path: string, name: string, message: string, suggestion: string) => void,
): void {
  if (condition.kind !== 'test') {
    for (const part of [condition.of].flat()) checkConditionNames({ names, facts }, part, report)
    return
  }
  const kind = facts.find(({ path }) => path === condition.path)?.names
  if (kind === undefined) return
  for (const name of new Set(Object.values(condition.test).flat())) {
    if (typeof name !== 'string') continue
    const missing = missingName(names, kind, name)
    if (missing !== undefined) report(condition.path, name, ...missing)
  }
}
