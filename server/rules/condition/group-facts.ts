import type { FactShape } from './fact.ts'

/** What a send to groups may ask about a group, in place of what is asked about customers. */
export const GROUP_FACTS: readonly FactShape[] = [
  { path: 'group.pool', type: 'text', zh: '群属于哪个群池', names: 'pool' },
  { path: 'group.members', type: 'number', zh: '群人数（含员工）' },
  { path: 'group.daysOld', type: 'number', zh: '建群多少天' },
  { path: 'group.daysInPool', type: 'number', zh: '进群池多少天' },
  { path: 'group.tags', type: 'set', zh: '群标签' },
  { path: 'group.owner', type: 'text', zh: '群主的 userid' },
  { path: 'group.name', type: 'text', zh: '群名' },
]
