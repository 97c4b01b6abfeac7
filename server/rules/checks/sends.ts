import { durationMs } from '../../core/kernel/duration-ms.ts'
import { factPaths } from '../condition/parse-condition.ts'
import type { Draft } from '../files/draft.ts'
import type { Condition } from '../schema/condition.ts'
import type { PolicyRule } from '../schema/policy-rule.ts'
import type { SendRule } from '../schema/rule-files.ts'
import type { AnyDraft, CheckContext } from './check-context.ts'
import { checkGuides } from './members.ts'
import { isWithin } from './quiet.ts'
import { adviseCrowd, checkRhythm, type KnownSend } from './send-crowd.ts'
import { checkSenders } from './senders.ts'
import { checkCron, cronFields } from './times.ts'
import { checkVaried } from './variants.ts'

/** `policy`: what it does to sends that are written otherwise is told here; undefined when it cannot be read. */
export function checkSends(
  context: CheckContext,
  sends: Draft<SendRule>[],
  { policy: policies, nowMs }: { policy: readonly Draft<PolicyRule>[] | undefined; nowMs: number },
): void {
  const policy = policies?.[0]?.value
  const byTime = new Map<string, string>()
  const known: KnownSend[] = []
  for (const draft of sends) {
    const { at, cron, guides, audience } = draft.value
    const whom = understoodAudience(draft)
    checkVaried(context, draft, whom)
    checkGuides(context, draft, ['guides'], guides)
    checkToGroups(draft)
    checkSenders(draft)
    if (at !== undefined && cron !== undefined)
      draft.fault(['cron'], 'at 和 cron 只能写一个', '只发一次用 at，定期发用 cron')
    else if (at === undefined && cron === undefined && !mayHaveTime(draft))
      draft.fault([], '没有写什么时候发', '只发一次写 at，定期发写 cron')
    if (at !== undefined && !isRealTime(at)) draft.fault(['at'], `没有「${at}」这个时间`, '检查月份、日期和钟点')
    if (cron !== undefined) checkSendCron(draft, cron)
    adviseTime(draft, policy?.quiet, nowMs)
    adviseAudience(draft, whom)
    adviseApproval(draft, nowMs)
    adviseCrowded(draft, policies)
    if (draft.value.enabled === false) continue
    if (whom !== undefined) known.push({ draft, audience: whom })
    const time = JSON.stringify([at ?? cron, draft.value.to, audience])
    const same = byTime.get(time)
    if (same !== undefined) {
      draft.advise(
        [at === undefined ? 'cron' : 'at'],
        draft.value.to === 'groups'
          ? `和群发「${same}」同一时间发到同样的群，每个群会收到两条`
          : `和群发「${same}」同一时间发给同样的人，每人会收到两条`,
        '错开时间，或者合成一条',
      )
    }
    byTime.set(time, draft.name)
  }
  const ofGroups = ({ draft }: KnownSend): boolean => draft.value.to === 'groups'
  adviseCrowd(
    known.filter((one) => !ofGroups(one)),
    { limit: policy?.contactsPerCustomer, one: '同一个客户', to: '这位客户' },
    nowMs,
  )
  adviseCrowd(known.filter(ofGroups), { limit: policy?.contactsPerGroup, one: '同一个群', to: '这个群' }, nowMs)
  const isRhythmKnown = policies?.every((draft) => !draft.isLeftOut(['rhythm'])) === true
  if (isRhythmKnown) checkRhythm(sends, policy?.rhythm ?? {}, nowMs)
}

/** What it asks of customers, or of groups; undefined when there are faults. */
function understoodAudience(draft: Draft<SendRule>): Condition | undefined {
  const { to, audience = {} } = draft.value
  if (to === 'groups') return draft.condition(['audience'], audience, 'groups')
  if (Object.keys(audience).some((key) => key === 'group' || key.startsWith('group.')) && !draft.isLeftOut(['to'])) {
    draft.fault(['audience'], 'group. 开头的条件说的是客户群，这个群发是发给客户的', '发到群里就加上 to: groups')
    return undefined
  }
  return draft.condition(['audience'], audience)
}

/** What a group cannot have. */
function checkToGroups(draft: Draft<SendRule>): void {
  const { to, guides, holdOut } = draft.value
  if (to !== 'groups') return
  if (guides !== undefined) {
    draft.fault(
      ['guides'],
      '发到群的群发由群主确认，不写 guides',
      '只要这些群主的群，写 audience: { group.owner: { in: [...] } }',
    )
  }
  if (holdOut !== undefined) {
    draft.fault(['holdOut'], '发到群的群发没有对照组：同一个人可能在几个群里', '去掉 holdOut')
  }
}

const mayHaveTime = (draft: Draft<SendRule>): boolean => draft.isLeftOut(['at']) || draft.isLeftOut(['cron'])

/** "2026-02-30 10:00" has the right form and is no time. */
export function isRealTime(text: string): boolean {
  const instant = new Date(`${text.replace(' ', 'T')}:00Z`)
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(text.replace(' ', 'T'))
}

export function checkSendCron(draft: AnyDraft, cron: string): void {
  if (!checkCron(draft, ['cron'], cron)) return
  const [minute = '', hour = ''] = cronFields(cron)
  if (!/^\d+$/.test(minute) || !/^\d+$/.test(hour)) {
    draft.fault(['cron'], '这样会一天发好几次', '分和时各写一个数，如 "0 10 * * 3"')
  }
}

/** `03:00` of `at` or of a cron line that comes once a day. */
const timeOf = ({ at, cron }: Pick<SendRule, 'at' | 'cron'>): string | undefined => {
  if (at !== undefined) return at.slice(-5)
  const [minute = '', hour = ''] = cron === undefined ? [] : cronFields(cron)
  return /^\d+$/.test(minute) && /^\d+$/.test(hour) ? `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}` : undefined
}

export function adviseTime(
  draft: AnyDraft & { value: Pick<SendRule, 'at' | 'cron' | 'enabled'> },
  quiet: string | undefined,
  nowMs: number,
): void {
  const { at, enabled } = draft.value
  const key = at === undefined ? 'cron' : 'at'
  const time = timeOf(draft.value)
  if (time !== undefined && quiet !== undefined && isWithin(time, quiet)) {
    draft.advise([key], `${time} 在 policy.yaml 的免打扰时段 ${quiet} 里，要等这段时间过去才请导购确认`, '换一个时间')
  }
  if (at === undefined || enabled === false) return
  const atMs = Date.parse(`${at.replace(' ', 'T')}:00+08:00`)
  if (atMs < nowMs) draft.advise(['at'], `${at} 已经过了，不会再发`, '发过了就删掉，没发就改时间')
}

/** Too late to be asked as long before as was meant. */
function adviseApproval(draft: Draft<SendRule>, nowMs: number): void {
  const { approval, at, enabled } = draft.value
  if (approval === undefined || at === undefined || enabled === false) return
  const atMs = Date.parse(`${at.replace(' ', 'T')}:00+08:00`)
  if (atMs < nowMs || atMs - durationMs(approval) >= nowMs) return
  draft.advise(
    ['approval'],
    `离 ${at} 已经不到 ${approval}，规则一生效就会定下名单、请人批准`,
    '把时间往后挪，或者把 approval 写短',
  )
}

/** Nobody is crowded out where nothing is counted. */
function adviseCrowded(draft: Draft<SendRule>, policies: readonly Draft<PolicyRule>[] | undefined): void {
  const { ifCrowded, to } = draft.value
  const key = to === 'groups' ? 'contactsPerGroup' : 'contactsPerCustomer'
  if (ifCrowded === undefined || policies === undefined || policies.some(({ value }) => value[key] !== undefined))
    return
  if (policies.some((policy) => policy.isLeftOut([key]))) return
  draft.advise(['ifCrowded'], `policy.yaml 没有写 ${key}，没有人会轮不到`, `写上 ${key}，或者去掉 ifCrowded`)
}

function adviseAudience(draft: Draft<SendRule>, whom: Condition | undefined): void {
  if (draft.value.to === 'groups') {
    if (JSON.stringify(draft.value.audience ?? {}) !== '{}') return
    draft.advise(['audience'], '没有写发到哪些群，会发到所有客户群', '写清楚条件，如 group.pool: 付费群')
  } else if (JSON.stringify(draft.value.audience ?? {}) === '{}') {
    draft.advise(['audience'], '没有写发给谁，会发给所有客户', '写清楚条件，至少写 follow.active: true')
  } else if (whom !== undefined && !factPaths(whom).some((path) => path.startsWith('follow.'))) {
    draft.advise(['audience'], '没有写 follow.active，删了导购的客户也算在内', '加上 follow.active: true')
  }
}
