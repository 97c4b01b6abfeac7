import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { dateOf, isRealDate } from '../calendar/days-of-china.ts'
import { momentRuleOf, sendRuleOf } from '../campaigns/rules-of-campaign.ts'
import { timeOfStep } from '../campaigns/times-of-campaign.ts'
import { contradiction } from '../condition/condition-bounds.ts'
import type { Draft } from '../files/draft.ts'
import type { Path } from '../files/yaml-rules.ts'
import type { CampaignRule, CampaignStep } from '../schema/campaign-rule.ts'
import type { Condition, ConditionText } from '../schema/condition.ts'
import type { MomentRule, SendRule } from '../schema/rule-files.ts'

export type CampaignDraft = Draft<CampaignRule>

/** With days and times that there are, so that what else is wrong is told beside a wrong one. */
export function datedOf({ value, isLeftOut }: CampaignDraft, nowMs: number): CampaignRule {
  const isGood = !isLeftOut(['date']) && isRealDate(value.date)
  const date = isGood ? value.date : dateOf(Math.floor(nowMs / DAY_MS) + 30)
  const steps = value.steps.map((step) => ({
    ...step,
    day: Number.isNaN(step.day) ? 0 : step.day,
    at: step.at === '' ? '10:00' : step.at,
  }))
  return { ...value, date, steps }
}

/** The sends and moments that campaigns stand for, as if each had been written by itself, so that all that is looked at in those is
 *  looked at in these. What is wrong is told where it stands in the campaign, once. */
export function draftsOfCampaigns(
  drafts: readonly CampaignDraft[],
  nowMs: number,
): { sends: Draft<SendRule>[]; moments: Draft<MomentRule>[] } {
  const sends: Draft<SendRule>[] = []
  const moments: Draft<MomentRule>[] = []
  for (const draft of drafts) {
    const value = datedOf(draft, nowMs)
    const once = toldOnce(draft)
    const conditionOf = conditionsOf(draft)
    let hasKind = false
    for (const [index, step] of value.steps.entries()) {
      const atMs = timeOfStep(value, step)
      const at = `${dateOf(Math.floor((atMs + 8 * 3_600_000) / DAY_MS))} ${step.at}`
      // What has had its time is told of by the campaign itself.
      const timed = { at, ...(atMs < nowMs ? { enabled: false } : {}) }
      const send = sendRuleOf(value, step)
      if (send !== undefined) {
        const { kind, evenSo, ...rest } = send
        // All steps together are one of their kind.
        const counted = hasKind ? rest : send
        hasKind ||= kind !== undefined || evenSo !== undefined
        sends.push({
          ...{ name: send.send, file: draft.file, value: { ...counted, ...timed, audience: inside(send.audience) } },
          ...placed(draft, once, placesOfSend(index, step)),
          condition: (path, written, about) =>
            path[0] === 'audience'
              ? conditionOf(index, step, about)
              : draft.condition(placesOfSend(index, step)(path), written, about),
        })
      }
      const moment = momentRuleOf(value, step)
      if (moment !== undefined) {
        moments.push({
          ...{ name: moment.moment, file: draft.file, value: { ...moment, ...timed } },
          ...placed(draft, once, placesOfMoment(index)),
          condition: (path, written, about) => draft.condition(path, written, about),
        })
      }
    }
  }
  return { sends, moments }
}

/** What is asked about the wrong sort of recipients is told by the condition, not as of a send that lacks `to`. */
const inside = (audience: ConditionText): ConditionText =>
  Object.keys(audience).length === 0 ? {} : { all: [audience] }

type Place = (path: Path) => Path
type Told = Pick<CampaignDraft, 'fault' | 'advise'>

const placed = (draft: CampaignDraft, told: Told, place: Place): Told & Pick<CampaignDraft, 'isLeftOut'> => ({
  isLeftOut: (path) => draft.isLeftOut(place(path)),
  fault: (path, ...rest) => told.fault(place(path), ...rest),
  advise: (path, ...rest) => told.advise(place(path), ...rest),
})

/** What is shared is looked at in each step. */
function toldOnce(draft: CampaignDraft): Told {
  const seen = new Set<string>()
  const isFresh = (path: Path, message: string): boolean => {
    const key = JSON.stringify([path, message])
    return !seen.has(key) && seen.add(key).has(key)
  }
  return {
    fault: (path, message, ...rest) => {
      if (isFresh(path, message)) draft.fault(path, message, ...rest)
    },
    advise: (path, message, ...rest) => {
      if (isFresh(path, message)) draft.advise(path, message, ...rest)
    },
  }
}

const placesOfSend = (index: number, step: CampaignStep): Place => {
  const here = ['steps', index]
  const isToGroups = step.groupSend !== undefined
  return ([first, ...rest]) => {
    if (first === undefined) return here
    if (first === 'content') return [...here, isToGroups ? 'groupSend' : 'send', ...rest]
    if (first === 'at') return [...here, 'at']
    if (first === 'send') return [...here, 'step']
    if (first === 'audience') return [isToGroups ? 'groups' : 'audience', ...rest]
    return [first, ...rest]
  }
}

const placesOfMoment = (index: number): Place => {
  const here = ['steps', index]
  return ([first, ...rest]) => {
    if (first === 'at') return [...here, 'at']
    if (first === 'guides') return [first, ...rest]
    return first === 'tags' ? [...here, 'moment', 'tags', ...rest] : [...here, 'moment', ...rest]
  }
}

/** Whom a step is for, of those whom the campaign is for; what they share is understood once. */
function conditionsOf(draft: CampaignDraft) {
  const shared = new Map<'audience' | 'groups', Condition | undefined>()
  return (index: number, { only }: CampaignStep, about: 'groups' | undefined): Condition | undefined => {
    const key = about === 'groups' ? 'groups' : 'audience'
    if (!shared.has(key)) shared.set(key, draft.condition([key], draft.value[key] ?? {}, about))
    const whole = shared.get(key)
    if (only === undefined) return whole
    const here = ['steps', index, 'only']
    const own = draft.condition(here, only, about)
    if (whole === undefined || own === undefined) return undefined
    const both: Condition = { kind: 'all', of: [whole, own] }
    if (contradiction(both) === undefined) return both
    const nobody = about === 'groups' ? '没有群能符合' : '没有人能符合'
    draft.fault(here, `${nobody}：这一步的 only 和整个活动的 ${key} 互相矛盾`, '改成能同时成立的')
    return undefined
  }
}
