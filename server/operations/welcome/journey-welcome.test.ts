import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { loadRules } from '../../rules/load-rules.ts'
import { GOOD_RULES, ruleFolderOnDisk } from '../../rules/testing/rule-folder-on-disk.ts'
import { someJourneyWelcomes } from './journey-welcome.ts'

const NOTHING = Object.fromEntries(Object.keys(GOOD_RULES).map((file) => [file, undefined]))
const WELCOME = 'welcome: 欢迎\ndefault: true\ntext: 您好\n'
const journey = (steps: string, more = ''): string =>
  `sop: newcomer\nname: 新客\ntrigger: customer.added\n${more}steps:\n${steps}`
const REMARK = '  - remark: 新客\n'
const BRANCH = (step: string): string =>
  `  - choose:\n      - when: { follow.active: true }\n        do: [ { ${step} } ]\n      - otherwise: [ { remark: 别的 } ]\n`

it.each([
  ['a step of its own', journey('  - welcome: 欢迎\n'), true],
  ['a step behind others', journey(`${REMARK}  - welcome: 欢迎\n`), true],
  ['a step within a branch', journey(BRANCH('welcome: 欢迎')), true],
  ['no step', journey(REMARK), false],
  ['branches without one', journey(BRANCH('remark: 老客')), false],
  ['a journey that is switched off', journey('  - welcome: 欢迎\n', 'enabled: false\n'), false],
])('a journey brings a welcome of its own: %s', async (_where, sop, expected) => {
  const rules = ruleFolderOnDisk({ ...NOTHING, 'welcomes/欢迎.yaml': WELCOME, 'sop/s.yaml': sop })
  const { book, faults } = await loadRules(rules.folder, VOCABULARY)
  rules.remove()
  expect(faults).toEqual([])
  expect(book !== undefined && someJourneyWelcomes(book)).toBe(expected)
})
