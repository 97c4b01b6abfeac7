import type { Draft } from '../draft.ts'
import type { PolicyRule } from '../schema/policy-rule.ts'
import type { SopRule } from '../schema/rule-files.ts'
import { type EventSpec, eventNameOf } from '../schema/sop-event.ts'
import { bringsWelcomeCode, isEventTrigger, type SopTrigger } from '../schema/sop-trigger.ts'
import { adviseBetweenSops, type CheckedSop } from './between-sops.ts'
import type { CheckContext } from './check-context.ts'
import { checkExperiments } from './experiments.ts'
import { checkMessageQuota } from './message-quota.ts'
import { checkQuiet } from './quiet.ts'
import { checkEvent } from './sop-event.ts'
import { checkStarts } from './sop-starts.ts'
import { checkSteps } from './sop-steps.ts'

export function checkSops(context: CheckContext, sops: Draft<SopRule>[], policy?: PolicyRule): void {
  checkExperiments(sops)
  const titles = new Map<string, string>()
  const checked: CheckedSop[] = []
  for (const draft of sops) {
    const { when, goal, leave = [], name, quiet, trigger, valid } = draft.value
    const other = titles.get(name)
    if (other !== undefined) draft.fault(['name'], `SOP「${other}」也叫「${name}」`, '换一个名字，免得看混')
    titles.set(name, draft.name)

    checked.push({ draft, when: draft.condition(['when'], when) })
    checkQuiet(draft, ['quiet'], quiet)
    checkTrigger(context, draft, trigger)
    if (valid?.from !== undefined && valid.to !== undefined && valid.from > valid.to) {
      draft.fault(['valid', 'to'], `有效期的结束 ${valid.to} 早于开始 ${valid.from}`, '把两个日期对调')
    }
    if (goal !== undefined) checkEvent(context, draft, ['goal'], goal)
    for (const [index, event] of leave.entries()) {
      const here = ['leave', index]
      checkEvent(context, draft, here, event)
      const same = (one: EventSpec): boolean => JSON.stringify(one) === JSON.stringify(event)
      if (goal !== undefined && same(goal)) draft.fault(here, `${eventNameOf(event)} 已经是目标`, '删掉它')
      if (leave.findIndex(same) < index) draft.fault(here, `${eventNameOf(event)} 写了两次`, '只留一个')
    }
    if (goal === undefined) {
      draft.advise([], `SOP「${name}」没有写 goal，看不出它有没有用`, '写一个目标，如 goal: order.paid')
    }
    checkMessageQuota(draft, policy)
    checkSteps(context, draft, ['steps'], draft.value.steps, { mayWelcome: bringsWelcomeCode(trigger), depth: 0 })
  }
  checkStarts(sops)
  adviseBetweenSops(checked)
}

function checkTrigger(context: CheckContext, draft: Draft<SopRule>, trigger: SopTrigger): void {
  if (isEventTrigger(trigger)) checkEvent(context, draft, ['trigger'], trigger)
  else if ('enters' in trigger) draft.condition(['trigger', 'enters'], trigger.enters)
  else if ('leaves' in trigger) draft.condition(['trigger', 'leaves'], trigger.leaves)
  else if (('daily' in trigger || 'cron' in trigger) && Object.keys(draft.value.when ?? {}).length === 0) {
    draft.fault(['trigger'], '定时触发而没有 when，会把所有客户都放进来', '用 when 写清楚是哪些客户')
  }
}
