import type { Clock } from '../../../../core/kernel/clock.ts'
import { durationMs } from '../../../../core/kernel/duration-ms.ts'
import { poolAskedBy } from '../../../../rules/book/pool-asked-by.ts'
import { priorityOf } from '../../../../rules/book/priority.ts'
import type { RuleBookHolder } from '../../../../rules/book/rule-book.ts'
import type { TaskStep } from '../../../../rules/schema/sop-step.ts'
import type { Routing } from '../../../routing/routing.ts'
import type { Deadline } from '../../../tasks/deadlines.ts'
import type { Tasks } from '../../../tasks/tasks.ts'
import { done, keyOf, type PerformForAll, type StepContext, type StepResult } from '../step-result.ts'
import { NOT_INVITED } from './invite-step.ts'

export interface TaskStepDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  routing: Pick<Routing, 'invite'>
  tasks: Pick<Tasks, 'openAll'> & { queries: Pick<Tasks['queries'], 'byKeys'> }
}

export function createTaskStep({ clock, rules, routing, tasks }: TaskStepDeps): PerformForAll<TaskStep> {
  return async (tx, task, contexts) => {
    const script = task.script === undefined ? undefined : rules.current().scripts.get(task.script)
    const title = task.title ?? (script === undefined ? '联系这位客户' : `用话术「${script.value.title}」联系客户`)
    const { escalate, reassign } = task
    const deadlines: Deadline[] = [
      ...(escalate === undefined
        ? []
        : [{ what: 'escalate' as const, afterMs: durationMs(escalate.after), to: escalate.to }]),
      ...(reassign === undefined
        ? []
        : [{ what: 'reassign' as const, afterMs: durationMs(reassign.after), to: reassign.to ?? [] }]),
    ]
    const dueAtMs = task.due === undefined ? undefined : clock.now() + durationMs(task.due)
    const asked = ({ sop, entry }: StepContext) =>
      ({ key: keyOf(entry), title, scriptId: task.script, dueAtMs, priority: priorityOf(sop), deadlines }) as const

    // Words that ask into a group are an invitation, whatever the rule calls it: one to-do about one group, and joining ends it.
    const pool = poolAskedBy(rules.current(), task.script)
    const elsewise = new Map<StepContext, StepResult>()
    if (pool === undefined) {
      const about = ({ entry }: StepContext) => ({ externalUserId: entry.externalUserId, userId: entry.userId })
      await tasks.openAll(
        tx,
        contexts.map((one) => ({ ...asked(one), ...about(one), kind: 'sop', reason: one.reason })),
      )
    } else {
      for (const one of contexts) {
        const { externalUserId, userId } = one.entry
        const so = asked(one)
        const outcome = await routing.invite(tx, { externalUserId, userId, pool, key: so.key, reason: one.reason, so })
        const why = NOT_INVITED[outcome]
        if (why !== undefined) elsewise.set(one, done(`没有给待办「${title}」：${why}`, false))
      }
    }
    const opened = await tasks.queries.byKeys(
      tx,
      contexts.map(({ entry }) => keyOf(entry)),
    )
    return contexts.map((one) => {
      const isHeld = opened.get(keyOf(one.entry))?.state === 'held'
      const given = isHeld ? `待办「${title}」排到明早：导购今天的待办满了` : `给导购待办「${title}」`
      return elsewise.get(one) ?? done(given, true)
    })
  }
}
