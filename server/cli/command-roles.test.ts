import { afterAll, beforeAll, expect, it } from 'vitest'
import { auditQueries } from '../records/audit/audit-queries.ts'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import { runCommand } from '../testing/run-command.ts'
import type { Command, Program } from './frame/command.ts'
import type { CommandScope } from './frame/command-scope.ts'
import { PROGRAMS } from './programs.ts'

/** Every command of every program is run by every operator: a new command is in it by itself. Those that are let in do not do
 *  their work here, they only tell that they would have. */

const MEMBERS = `roles:
  - { role: owner, members: [lisi] }
`
const OPERATORS = `${MEMBERS}  - { role: ops, operators: [yun, both] }
  - { role: owner, operators: [lao] }
  - { role: auditor, operators: [shen, both] }
`
const WHO = ['yun', 'lao', 'shen', 'both', 'zhangsan', 'lisi', 'root', ''] as const
type Who = (typeof WHO)[number]
/** Members of the same name in the sidebar have no command by it. */
const MAY: Record<CommandScope, readonly Who[]> = {
  open: WHO,
  customers: ['yun', 'lao', 'both'],
  operate: ['yun', 'lao', 'both'],
  audit: ['lao', 'shen', 'both'],
  owner: ['lao'],
}

let t: TestApp
let all: { program: Program; command: Command }[]
beforeAll(async () => {
  t = await buildTestApp({ now: '2026-11-20T10:00:00+08:00', config: { 'roles.yaml': OPERATORS } })
  const programs = await Promise.all(Object.values(PROGRAMS).map((load) => load()))
  all = programs.flatMap((program) => program.commands.map((command) => ({ program, command })))
})
afterAll(() => t.close())

/** Something for each place that must be filled. */
function lineFor({ name, words, options }: Command): string[] {
  const written = ({ called, read }: Command['words'][string]): string => {
    const fits = (word: string): boolean => {
      try {
        read([word], called)
        return true
      } catch {
        return false
      }
    }
    const word = ['1', 'x', 'customers', 'tags', '2026-11-01', 'given'].find(fits)
    if (word === undefined) throw new Error(`${name}: say in command-roles.test.ts what stands for <${called}>`)
    return word
  }
  const needed = (slots: Command['words']) => Object.entries(slots).filter(([, slot]) => slot.isNeeded)
  return [
    ...(name === '' ? [] : [name]),
    ...needed(words).map(([, slot]) => written(slot)),
    ...needed(options).flatMap(([option, slot]) => [`--${option}`, written(slot)]),
  ]
}

async function ask({ program, command }: (typeof all)[number], operator: Who) {
  let wasRun = false
  const run = async () => {
    wasRun = true
    return { text: '', data: {}, changed: [] }
  }
  const told: Program = { ...program, commands: program.commands.map((one) => ({ ...one, run })) }
  const outcome = await runCommand(told, lineFor(command), { ...t, env: {} }, { operator })
  return { ...outcome, wasRun }
}

const called = ({ program, command }: (typeof all)[number]) => `${program.name} ${command.name}`.trim()

it('who may run a command is said of each, and what can name a person or changes something is not open', () => {
  expect(all.length).toBeGreaterThanOrEqual(75)
  const open = all.filter(({ command }) => command.scope === 'open')
  expect(open.filter(({ command }) => command.audited !== 'no').map(called)).toEqual([])
  const places = ({ command }: (typeof all)[number]) => [...Object.keys(command.words), ...Object.keys(command.options)]
  expect(open.filter((one) => places(one).some((place) => /customer|who/.test(place))).map(called)).toEqual([])
})

it('nobody runs a command beyond their role, and whoever may is let in', async () => {
  const leaks: string[] = []
  for (const one of all) {
    for (const operator of WHO) {
      const { code, err, out, wasRun } = await ask(one, operator)
      const may = MAY[one.command.scope].includes(operator)
      const isRefused =
        !wasRun && code === 1 && out === '' && err.startsWith(`「${operator}」不能运行 ${called(one)}：`)
      if (may ? !wasRun : !isRefused) leaks.push(`${operator} ${called(one)}: ${code} ${err}`)
    }
  }
  expect(leaks).toEqual([])
})

it('a refusal says what, why and what to do, and is in the audit', async () => {
  const [find] = all.filter((one) => called(one) === 'customers find')
  if (find === undefined) throw new Error('no command to find customers')
  expect((await ask(find, 'root')).err).toBe(
    '「root」不能运行 customers find：roles.yaml 只让运营（ops）或负责人（owner）运行它。请有这个角色的人运行，或者请负责人在 roles.yaml 的 operators 里加上你。',
  )
  await t.advance(1_000)
  const [last] = await t.db.view((tx) => auditQueries.list(tx, { what: 'command', actor: 'root' }, 1))
  expect(last).toMatchObject({
    ...{ actor: 'root', actorKind: 'command', what: 'command.customers.find', customer: undefined },
    detail: { end: 'refused' },
  })
})

it('the audit is the auditor’s and the owner’s, not whoever runs the sends', async () => {
  const reads = all.filter(({ program }) => program.name === 'audit')
  for (const one of reads) {
    expect([(await ask(one, 'yun')).wasRun, (await ask(one, 'shen')).wasRun]).toEqual([false, true])
  }
})

it('another folder of rules gives nobody another role, and roles that are taken out of the files are gone', async () => {
  const [erase] = all.filter((one) => called(one) === 'people erase')
  if (erase === undefined) throw new Error('no command to erase')
  t.writeConfig({ 'roles.yaml': OPERATORS.replace('operators: [lao]', 'operators: [yun]') })
  // The server has not taken it yet.
  expect([(await ask(erase, 'yun')).wasRun, (await ask(erase, 'lao')).wasRun]).toEqual([false, true])
  await t.huoshui.rules.check()
  expect([(await ask(erase, 'yun')).wasRun, (await ask(erase, 'lao')).wasRun]).toEqual([true, false])
})

it('without operators whoever has the shell is the owner', async () => {
  t.writeConfig({ 'roles.yaml': MEMBERS })
  await t.huoshui.rules.check()
  for (const one of all) expect([called(one), (await ask(one, 'root')).wasRun]).toEqual([called(one), true])
})
