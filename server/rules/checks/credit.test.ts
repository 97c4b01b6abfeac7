import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { formatFault } from '../files/rule-fault.ts'
import { loadRules } from '../load-rules.ts'
import { GOOD_RULES, ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

async function told(rules: readonly string[]): Promise<string[]> {
  const text = `credit:\n${rules.map((rule) => `  - { ${rule} }\n`).join('')}`
  const made = ruleFolderOnDisk({ ...GOOD_RULES, 'credit.yaml': text })
  try {
    return (await loadRules(made.folder, VOCABULARY)).faults.map((one) => formatFault(one))
  } finally {
    made.remove()
  }
}

const NEVER = (nth: number): string =>
  `轮不到这一条：第 ${nth} 条答不出来的，这一条也答不出来。删掉这一条，或者放到前面`

it.each<[rules: string[], ...told: string[]]>([
  [['to: contact, days: 7, by: [script]', 'to: contact, days: 7', 'to: contact, days: 30', 'to: newest', 'to: code']],
  [['to: contact'], 'credit.yaml:2:5 没有写多少天以内的联系才算。写上 days，例如 days: 7'],
  [['to: newest, days: 7'], 'credit.yaml:2:19 只有 to: contact 才能写 days。删掉这一行'],
  [['to: code, by: [send]'], 'credit.yaml:2:17 只有 to: contact 才能写 by。删掉这一行'],
  [['to: newest', 'to: first'], `credit.yaml:3:11 ${NEVER(1)}`],
  [['to: first', 'to: newest'], `credit.yaml:3:11 ${NEVER(1)}`],
  [['to: code', 'to: code'], `credit.yaml:3:11 ${NEVER(1)}`],
  [['to: contact, days: 7', 'to: contact, days: 7, by: [send]'], `credit.yaml:3:11 ${NEVER(1)}`],
  [['to: contact, days: 7, by: [send, task]', 'to: contact, days: 3, by: [task]'], `credit.yaml:3:11 ${NEVER(1)}`],
  [['to: contact, days: 7, by: [send]', 'to: contact, days: 3, by: [task]']],
  [['to: contact, days: 7', 'to: contact, days: 8, by: [send]']],
  [['to: code', 'to: newest']],
  [['to: staff', 'to: store', 'to: contact, days: 7', 'to: newest']],
  [['to: staff', 'to: newest', 'to: staff'], `credit.yaml:4:11 ${NEVER(1)}`],
  [['to: store, days: 7'], 'credit.yaml:2:18 只有 to: contact 才能写 days。删掉这一行'],
  [['to: owner'], expect.stringContaining('credit.yaml:2:') as unknown as string],
  [['to: contact, days: 0'], expect.stringContaining('credit.yaml:2:') as unknown as string],
])('%j', async (rules, ...faults) => {
  expect(await told(rules)).toEqual(faults)
})
