import type { Clock } from '../../kernel/clock.ts'
import type { RuleBookHolder } from '../../rules/rule-book.ts'
import type { TaskStep } from '../../rules/schema/sop-step.ts'
import type { Tasks } from '../../tasks/tasks.ts'
import { done, keyOf, type PerformStep } from '../step-result.ts'
import { durationMs } from '../wait-due.ts'

export interface TaskStepDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  tasks: Pick<Tasks, 'open'>
}

export function createTaskStep({ clock, rules, tasks }: TaskStepDeps): PerformStep<TaskStep> {
  return async (tx, task, { entry, reason }) => {
    const script = task.script === undefined ? undefined : rules.current().scripts.get(task.script)
    const title = task.title ?? (script === undefined ? '联系这位客户' : `用话术「${script.value.title}」联系客户`)
    await tasks.open(tx, {
      key: keyOf(entry),
      externalUserId: entry.externalUserId,
      userId: entry.userId,
      kind: 'sop',
      title,
      scriptId: task.script,
      dueAtMs: task.due === undefined ? undefined : clock.now() + durationMs(task.due),
      reason,
    })
    return done(`给导购待办「${title}」`, true)
  }
}
