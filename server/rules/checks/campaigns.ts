import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { dateOf, isHoliday, KNOWN_YEARS } from '../calendar/days-of-china.ts'
import { nameOfStep, timeOfStep } from '../campaigns/times-of-campaign.ts'
import { didYouMean } from '../condition/did-you-mean.ts'
import type { Path } from '../files/yaml-rules.ts'
import type { CampaignRule, CampaignStep } from '../schema/campaign-rule.ts'
import { type CampaignDraft, datedOf } from './campaign-drafts.ts'
import type { CheckContext } from './check-context.ts'
import { checkDuty } from './duties.ts'
import { checkDate } from './times.ts'

const DEEDS = ['send', 'groupSend', 'moment', 'duty'] as const

/** What a campaign says besides its sends and moments, which are looked at as such (campaign-drafts). `taken`: names of whatever else
 *  is sent or asked for. */
export function checkCampaigns(
  context: CheckContext,
  drafts: readonly CampaignDraft[],
  { taken, nowMs }: { taken: ReadonlySet<string>; nowMs: number },
): void {
  const names = new Set(taken)
  for (const draft of drafts) {
    const value = datedOf(draft, nowMs)
    if (!draft.isLeftOut(['date'])) checkDate(draft, ['date'], draft.value.date)
    checkShared(context, draft)
    const seen = new Set<string>()
    for (const [index, step] of value.steps.entries()) {
      const here = ['steps', index]
      const name = nameOfStep(value, step)
      if (seen.has(step.step)) draft.fault([...here, 'step'], `步骤「${step.step}」写了两次`, '换一个名字')
      else if (names.has(name)) draft.fault([...here, 'step'], `别的规则里已经有一个叫「${name}」`, '改其中一个的名字')
      seen.add(step.step)
      names.add(name)
      checkStep(context, draft, here, step)
      adviseDay(draft, here, { value, step, nowMs })
    }
    adviseTwins(draft)
    adviseWhole(draft, value, nowMs)
  }
}

/** Whom it is for, and who drops out. */
function checkShared(context: CheckContext, draft: CampaignDraft): void {
  const { steps, audience, groups, dropOut, holdOut } = draft.value
  // What cannot be read may be a step of any kind: only what is there is spoken of then.
  const isWhole = !draft.isLeftOut(['steps'])
  const sends = steps.some(({ send }) => send !== undefined)
  if (sends && audience === undefined && !draft.isLeftOut(['audience']))
    draft.fault([], '没有写发给哪些客户', '写 audience，至少写 follow.active: true')
  if (isWhole && !sends && audience !== undefined)
    draft.advise(['audience'], '没有一步是发给客户的，audience 用不上', '群用 groups，朋友圈用 tags')
  const asksOwners = (duty: CampaignStep['duty'], index: number): boolean =>
    duty !== undefined && duty.who === undefined && !draft.isLeftOut(['steps', index, 'duty'])
  const ofGroups = steps.some(({ groupSend, duty }, index) => groupSend !== undefined || asksOwners(duty, index))
  if (ofGroups && groups === undefined && !draft.isLeftOut(['groups']))
    draft.fault([], '没有写是哪些群', '写 groups，如 groups: { group.pool: 付费群 }；待办也可以写 who')
  if (isWhole && !ofGroups && groups !== undefined)
    draft.advise(['groups'], '没有一步是发到群、请群主做的，groups 用不上', '去掉 groups')
  if (holdOut !== undefined && steps.some(({ groupSend, moment }) => groupSend !== undefined || moment !== undefined))
    draft.advise(['holdOut'], '对照组的人也看得到群里的消息和朋友圈，两边的差别会偏小', '知道就不用管')
  if (dropOut === undefined) return
  if (dropOut.bought !== true && dropOut.clicked === undefined && !draft.isLeftOut(['dropOut']))
    draft.fault(['dropOut'], '没有写谁不再收', '写 bought: true，或者 clicked: [链接名]')
  if (isWhole && !sends) draft.advise(['dropOut'], '没有一步是发给客户的，没有人会少收', '去掉 dropOut')
  for (const [index, link] of (dropOut.clicked ?? []).entries())
    checkLink(context, draft, ['dropOut', 'clicked', index], link)
}

function checkLink({ linkPlaces }: CheckContext, draft: CampaignDraft, path: Path, link: string): void {
  const known = linkPlaces?.map((place) => place.slice('{链接:'.length, -1))
  if (known === undefined || known.includes(link)) return
  const meant = didYouMean(link, known)
  const hint = meant === undefined ? `在 policy.yaml 的 links 里写上「${link}」` : `是不是「${meant}」？`
  draft.fault(path, `policy.yaml 的 links 里没有「${link}」`, hint)
}

function checkStep(context: CheckContext, draft: CampaignDraft, here: Path, step: CampaignStep): void {
  const written = DEEDS.filter((key) => step[key] !== undefined)
  const mayBeMore = DEEDS.some((key) => draft.isLeftOut([...here, key]))
  if (written.length === 0 && !mayBeMore)
    draft.fault(here, '这一步没有写做什么', '写 send、groupSend、moment、duty 中的一个')
  if (written.length > 1)
    draft.fault([...here, written[1] ?? ''], `一步只做一件事，这里写了 ${written.join('、')}`, '拆成几步')
  const { duty, moment, only, day } = step
  if (duty !== undefined) checkDuty(context, draft, [...here, 'duty'], duty)
  if (only !== undefined && moment !== undefined)
    draft.fault([...here, 'only'], '朋友圈不能按条件选人，企业微信只认标签', '写在 moment 的 tags 里')
  if (duty !== undefined && only !== undefined) {
    if (duty.who === undefined) draft.condition([...here, 'only'], only, 'groups')
    else draft.fault([...here, 'only'], '写了 who 的待办不看群，only 用不上', '去掉 only，或者去掉 who 请群主做')
  }
  const { until } = draft.value
  if (until !== undefined && day > until && duty === undefined)
    draft.fault([...here, 'day'], `第 ${day} 天在活动结束（第 ${until} 天）以后，不能再发`, '改 day，或者改 until')
}

const dayText = (atMs: number): string => dateOf(dayOf(atMs))
const dayOf = (atMs: number): number => Math.floor((atMs + 8 * 3_600_000) / DAY_MS)

function adviseDay(
  draft: CampaignDraft,
  here: Path,
  { value, step, nowMs }: { value: CampaignRule; step: CampaignStep; nowMs: number },
): void {
  if (value.enabled === false) return
  const atMs = timeOfStep(value, step)
  const isOver = value.steps.every((one) => timeOfStep(value, one) < nowMs)
  if (atMs < nowMs && !isOver)
    draft.advise(
      [...here, 'at'],
      `${dayText(atMs)} ${step.at} 已经过了，没发过的不会再发`,
      '发过了就不用管；没发过就改 date 或 day',
    )
  if (atMs >= nowMs && isHoliday(dayOf(atMs)))
    draft.advise([...here, 'day'], `${dayText(atMs)} 是放假日`, '就要这一天就不用管；不要就改 day')
}

/** Two things for one person at one time. */
function adviseTwins(draft: CampaignDraft): void {
  const byTime = new Map<string, CampaignStep>()
  for (const [index, step] of draft.value.steps.entries()) {
    const deed = DEEDS.find((key) => step[key] !== undefined)
    if (deed === undefined || deed === 'duty') continue
    const key = `${deed} ${step.day} ${step.at}`
    const other = byTime.get(key)
    byTime.set(key, step)
    // Of the same people it is told as of any two sends.
    if (other === undefined || JSON.stringify(other.only) === JSON.stringify(step.only)) continue
    draft.advise(
      ['steps', index, 'at'],
      `和「${other.step}」同一天同一时间，两步都符合的会收到两条`,
      '错开时间，或者用 only 把人分开',
    )
  }
}

function adviseWhole(draft: CampaignDraft, value: CampaignRule, nowMs: number): void {
  if (value.enabled === false || draft.isLeftOut(['steps'])) return
  const times = value.steps.map((step) => timeOfStep(value, step))
  if (times.every((atMs) => atMs < nowMs))
    draft.advise(['date'], `${value.date} 的每一步都已经过了，不会再发`, '下一次办，换一个名字另写一个')
  const lastYear = Number(dayText(Math.max(...times)).slice(0, 4))
  if (lastYear > KNOWN_YEARS.last)
    draft.advise(
      ['date'],
      `放假安排只知道到 ${KNOWN_YEARS.last} 年：${lastYear} 年的放假日和调休按普通日子算`,
      '公布以后升级活水；在那之前自己看一下日历',
    )
}
