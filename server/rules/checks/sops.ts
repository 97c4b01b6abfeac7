import type { Draft } from '../files/draft.ts'
import type { PolicyRule } from '../schema/policy-rule.ts'
import type { SopRule } from '../schema/rule-files.ts'
import { type EventSpec, eventNameOf } from '../schema/sop-event.ts'
import { adviseBetweenSops, type CheckedSop } from './between-sops.ts'
import type { CheckContext } from './check-context.ts'
import { checkExperiments } from './experiments.ts'
import { checkMessageQuota } from './message-quota.ts'
import { checkNever } from './never.ts'
import { checkQuiet } from './quiet.ts'
import { bringsWelcomeCode, checkEvent } from './sop-event.ts'
import { checkStarts } from './sop-starts.ts'
import { checkSteps } from './sop-steps.ts'
import { checkTrigger } from './sop-trigger.ts'

export function checkSops(
  context: CheckContext,
  sops: Draft<SopRule>[],
  { policy, nowMs }: { policy: PolicyRule | undefined; nowMs: number },
): void {
  checkExperiments(sops)
  const titles = new Map<string, string>()
  const checked: CheckedSop[] = []
  for (const draft of sops) {
    const { when, goal, leave = [], name, quiet, trigger } = draft.value
    const other = titles.get(name)
    if (other !== undefined) draft.fault(['name'], `SOP「${other}」也叫「${name}」`, '换一个名字，免得看混')
    titles.set(name, draft.name)

    const asked = draft.condition(['when'], when)
    checked.push({ draft, when: asked })
    checkNever(draft, { when: asked, policyQuiet: policy?.quiet, nowMs })
    checkQuiet(draft, ['quiet'], quiet)
    checkTrigger(context, draft)
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
    checkSteps(context, draft, ['steps'], draft.value.steps, {
      mayWelcome: bringsWelcomeCode(context, trigger),
      depth: 0,
    })
  }
  checkStarts(sops)
  adviseBetweenSops(checked)
}
