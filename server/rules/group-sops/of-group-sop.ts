import { durationMs } from '../../core/kernel/duration-ms.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { DutyDeed, DutyPlan } from '../book/duty-plan.ts'
import type { Send } from '../book/rule-book.ts'
import { versionOf } from '../book/rule-version.ts'
import { dateOf } from '../calendar/days-of-china.ts'
import { DEFAULT_WITHIN } from '../calendar/duties-of-calendar.ts'
import { GROUP_FACTS } from '../condition/group-facts.ts'
import { conditionOf } from '../condition/parse-condition.ts'
import type { GroupSopRule, GroupSopStep } from '../schema/group-sop-rule.ts'
import { stepName } from './step-name.ts'

interface Written {
  file: string
  value: GroupSopRule
}

/** Groups are on day N once, and each step looks at them once a day. What was missed stays undone. */
const groupsOn = ({ pools, from, when }: GroupSopRule, day: number) => {
  const since = from === 'created' ? 'group.daysOld' : 'group.daysInPool'
  return { 'group.pool': { in: pools }, [since]: { eq: day }, ...(when === undefined ? {} : { all: [when] }) }
}

/** Every day at the time of the step, in Shanghai. */
function dailyAt(at: string) {
  const ofDayMs = Number(at.slice(0, 2)) * HOUR_MS + Number(at.slice(3)) * MINUTE_MS - 8 * HOUR_MS
  return (afterMs: number): { date: string; atMs: number } => {
    const day = Math.floor((afterMs - ofDayMs) / DAY_MS) + 1
    const atMs = day * DAY_MS + ofDayMs
    return { date: dateOf(Math.floor((atMs + 8 * HOUR_MS) / DAY_MS)), atMs }
  }
}

const nameOf = (sop: GroupSopRule, { step }: GroupSopStep): string => stepName(sop.groupSop, step)
const versionOfStep = ({ value }: Written, step: GroupSopStep): string =>
  versionOf([value.pools, value.from, value.when ?? null, step])
const enabledOf = ({ enabled }: GroupSopRule): { enabled?: boolean } => (enabled === undefined ? {} : { enabled })

/** The sends of a group SOP, into those of its groups that are on the step's day: with the ledger, limits, owners and results
 *  of any other send. */
export const sendsOfGroupSop = (written: Written): Send[] =>
  written.value.steps.flatMap((step) => {
    const { send: content, at } = step
    if (content === undefined) return []
    const { value, file } = written
    const audience = groupsOn(value, step.day)
    const name = nameOf(value, step)
    const nextAt = dailyAt(at)
    const send: Send = {
      name,
      version: versionOfStep(written, step),
      file,
      value: { send: name, to: 'groups', audience, content, ...enabledOf(value) },
      audience: conditionOf(audience, GROUP_FACTS),
      occasions: {
        timing: `group-sop ${at}`,
        contents: [content],
        once: value.from,
        nextAfter: (afterMs) => ({ ...nextAt(afterMs), content }),
      },
    }
    return [send]
  })

/** What a group SOP asks of staff, and what it writes down of groups. */
export const dutiesOfGroupSop = (written: Written): DutyPlan[] =>
  written.value.steps.flatMap((step) => {
    const deed = deedOf(step)
    if (deed === undefined) return []
    const { value, file } = written
    const nextAt = dailyAt(step.at)
    const plan: DutyPlan = {
      name: nameOf(value, step),
      version: versionOfStep(written, step),
      file,
      value: enabledOf(value),
      groups: conditionOf(groupsOn(value, step.day), GROUP_FACTS),
      deed,
      once: value.from,
      occasions: {
        timing: `group-sop ${step.at}`,
        nextAfter: (afterMs) => {
          const next = nextAt(afterMs)
          return { ...next, happensAtMs: next.atMs, who: step.duty?.who, script: step.duty?.script }
        },
      },
    }
    return [plan]
  })

function deedOf({ duty, tag }: GroupSopStep): DutyDeed | undefined {
  if (tag !== undefined) return { kind: 'tag', add: tag.add ?? [], remove: tag.remove ?? [] }
  if (duty === undefined) return undefined
  return {
    kind: 'ask',
    title: duty.title,
    evidence: duty.evidence,
    withinMs: durationMs(duty.within ?? DEFAULT_WITHIN),
    tell: duty.tell ?? [],
    isOfItsHour: false,
  }
}
