import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../../records/define-capability.ts'
import { dutyTables } from './duties/duty-tables.ts'
import { TaskAnswered } from './task-events.ts'
import { taskRuleNames } from './task-rule-names.ts'
import { taskTables } from './task-tables.ts'
import { createTasks } from './tasks.ts'
import { createTasksRewind } from './tasks-rewind.ts'

export const tasks = defineCapability({
  name: 'tasks',
  needs: ['timeline', 'customers', 'staff', 'staffTelling', 'worth', 'groups'],
  tables: [...taskTables, ...dutyTables],
  facts: [],
  events: [TaskAnswered],
  rewind: createTasksRewind,
  renames: (tx, renamed, { guideRenamed }) => guideRenamed(tx, renamed),
  identified: nothing('to-dos are about customers of ours'),
  ruleNames: taskRuleNames,
  create: createTasks,
})
