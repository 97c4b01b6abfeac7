import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { formatFault } from '../files/rule-fault.ts'
import { loadRules } from '../load-rules.ts'
import { ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

const LADDER = `ladder: 会员等级
levels:
  - { level: VIP, when: { orders.paid.count: { gte: 1 } }, lastsDays: 30 }
  - level: 普通
moves: auto
`

/** Of a policy with these ceilings by level, one a line from line 5 on. */
async function told(...tiers: string[]): Promise<string[]> {
  const written = tiers.map((tier) => `    - ${tier}\n`).join('')
  const made = ruleFolderOnDisk({
    'policy.yaml': `contactsPerCustomer:\n  most: 3\n  days: 7\n  tiers:\n${written}`,
    'tiers/a.yaml': LADDER,
  })
  try {
    const { faults } = await loadRules(made.folder, VOCABULARY)
    return faults.map((fault) => formatFault(fault))
  } finally {
    made.remove()
  }
}

it('a ceiling of a level that is not there, or is written twice, is a fault where it stands', async () => {
  expect(await told('{ tier: 会员等级/VIP, most: 5 }', '{ tier: 会员等级/普通, most: 1 }')).toEqual([])
  expect(
    await told(
      '{ tier: 会员等级/VIP, most: 5 }',
      '{ tier: 会员等极/VIP, most: 5 }',
      '{ tier: 会员等级/VIPP, most: 5 }',
      '{ tier: VIP, most: 5 }',
      '{ tier: 会员等级/VIP, most: 4 }',
    ),
  ).toEqual([
    'policy.yaml:6:15 没有叫「会员等极」的梯子。是不是想写 会员等级',
    'policy.yaml:7:15 没有叫「会员等级/VIPP」的分层等级。是不是想写 会员等级/VIP',
    'policy.yaml:8:15 「VIP」要连梯子的名字一起写。写成 会员等级/VIP',
    'policy.yaml:9:15 「会员等级/VIP」写了两次。只留一个',
  ])
})
