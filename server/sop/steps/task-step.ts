import type { Clock } from '../../kernel/clock.ts'
import type { RuleBookHolder } from '../../rules/rule-book.ts'
import type { TaskStep } from '../../rules/schema/sop-step.ts'
import type { Tasks } from '../../tasks/tasks.ts'
import { done, keyOf, type PerformForAll } from '../step-result.ts'
import { durationMs } from '../wait-due.ts'

export interface TaskStepDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  tasks: Pick<Tasks, 'openAll'>
}

export function createTaskStep({ clock, rules, tasks }: TaskStepDeps): PerformForAll<TaskStep> {
  return async (tx, task, contexts) => {
    const script = task.script === undefined ? undefined : rules.current().scripts.get(task.script)
    const title = task.title ?? (script === undefined ? '联系这位客户' : `用话术「${script.value.title}」联系客户`)
    await tasks.openAll(
      tx,
      contexts.map(({ entry, reason }) => ({
        key: keyOf(entry),
        externalUserId: entry.externalUserId,
        userId: entry.userId,
        kind: 'sop',
        title,
        scriptId: task.script,
        dueAtMs: task.due === undefined ? undefined : clock.now() + durationMs(task.due),
        reason,
      })),
    )
    return contexts.map(() => done(`给导购待办「${title}」`, true))
  }
}
