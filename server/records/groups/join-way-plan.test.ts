import { describe, expect, it } from 'vitest'
import type { PoolRule } from '../../rules/schema/rule-files.ts'
import type { Group } from './group-queries.ts'
import { planJoinWay } from './join-way-plan.ts'

const rule = (given: Partial<PoolRule> = {}): PoolRule => ({
  pool: '付费群',
  role: 'paid',
  groups: { namePrefix: '牧野·付费群' },
  capacity: 200,
  entry: {},
  inviteBy: 'task',
  ...given,
})
/** Groups 1, 2, 3 … with so many members, oldest first. */
const groups = (...memberCounts: number[]): Group[] =>
  memberCounts.map((memberCount, at) => ({
    chatId: `wr${at + 1}`,
    name: `牧野·付费群${at + 1}`,
    owner: 'linxia',
    pool: '付费群',
    memberCount,
    createdAtMs: at,
    poolSinceMs: undefined,
    tags: [],
  }))
const chatIds = (plan: ReturnType<typeof planJoinWay>): string[] =>
  plan.kind === 'settings' ? plan.settings.chatIds : []

describe('planJoinWay', () => {
  it('leads into the five oldest groups with room', () => {
    expect(chatIds(planJoinWay(rule(), groups(200, 3, 0, 0, 0, 0, 0), []))).toEqual(['wr2', 'wr3', 'wr4', 'wr5', 'wr6'])
  })

  it('keeps the groups it leads into already and replaces only the full one', () => {
    const live = ['wr3', 'wr1', 'wr2', 'wr4', 'wr5']
    expect(chatIds(planJoinWay(rule(), groups(10, 200, 10, 10, 10, 10), live))).toEqual([
      'wr3',
      'wr1',
      'wr4',
      'wr5',
      'wr6',
    ])
  })

  it('says in Chinese that a pool is full', () => {
    expect(planJoinWay(rule(), groups(200, 201), ['wr1'])).toEqual({
      kind: 'trouble',
      zh: '群池「付费群」的 2 个群都满了（每群 200 人），请新建一个群或调大 capacity',
    })
  })

  it('says how to make the first group', () => {
    expect(planJoinWay(rule(), [], [])).toEqual({
      kind: 'trouble',
      zh: '群池「付费群」还没有群，请建一个名字以「牧野·付费群」开头的客户群',
    })
  })

  it('leaves a full pool to WeCom where it may open groups, counting on after the last', () => {
    const plan = planJoinWay(rule({ autoCreate: { baseName: '牧野·付费群' } }), groups(200, 200, 200), ['wr2', 'wr3'])
    expect(plan).toEqual({
      kind: 'settings',
      settings: { chatIds: ['wr2', 'wr3'], autoCreate: true, baseName: '牧野·付费群', firstNumber: 4 },
    })
  })

  it('begins with the last group when all were full before there was a code', () => {
    const plan = planJoinWay(rule({ autoCreate: { baseName: '新群', firstNumber: 7 } }), groups(200, 200), [])
    expect(plan).toMatchObject({ settings: { chatIds: ['wr2'], firstNumber: 7 } })
  })
})
