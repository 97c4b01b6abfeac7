import type { Clock } from '../../../../core/kernel/clock.ts'
import { durationMs } from '../../../../core/kernel/duration-ms.ts'
import { priorityOf } from '../../../../rules/book/priority.ts'
import type { RuleBookHolder } from '../../../../rules/book/rule-book.ts'
import type { TaskStep } from '../../../../rules/schema/sop-step.ts'
import type { Deadline } from '../../../tasks/deadlines.ts'
import type { Tasks } from '../../../tasks/tasks.ts'
import { done, keyOf, type PerformForAll } from '../step-result.ts'

export interface TaskStepDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  tasks: Pick<Tasks, 'openAll'> & { queries: Pick<Tasks['queries'], 'byKeys'> }
}

export function createTaskStep({ clock, rules, tasks }: TaskStepDeps): PerformForAll<TaskStep> {
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
    await tasks.openAll(
      tx,
      contexts.map(({ sop, entry, reason }) => ({
        key: keyOf(entry),
        externalUserId: entry.externalUserId,
        userId: entry.userId,
        kind: 'sop',
        title,
        scriptId: task.script,
        dueAtMs: task.due === undefined ? undefined : clock.now() + durationMs(task.due),
        priority: priorityOf(sop),
        deadlines,
        reason,
      })),
    )
    const opened = await tasks.queries.byKeys(
      tx,
      contexts.map(({ entry }) => keyOf(entry)),
    )
    return contexts.map(({ entry }) => {
      const isHeld = opened.get(keyOf(entry))?.state === 'held'
      return done(isHeld ? `待办「${title}」排到明早：导购今天的待办满了` : `给导购待办「${title}」`, true)
    })
  }
}
