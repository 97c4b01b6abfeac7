import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { loadRules } from '../load-rules.ts'
import { ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

const POOL = 'pool: 群\nrole: other\ngroups: { namePrefix: 群 }\ncapacity: 100\nentry: {}\ninviteBy: task\n'
const SEND = '{ step: 晒单, day: 3, at: "10:00", send: { text: 晒晒你煎的 } }'
const GOOD = `groupSop: 新群\npools: [群]\nfrom: created\nsteps:\n  - ${SEND}\n`
const DUTY = '{ step: 公告, day: 1, at: "09:30", duty: { title: 写好群公告, who: [lisi], within: 1d } }'

async function saidOf(text: string, place = 'group-sops/s.yaml'): Promise<string[]> {
  const { folder, remove } = ruleFolderOnDisk({
    'groups/g.yaml': POOL,
    'policy.yaml': 'quiet: "21:30-09:00"\n',
    [place]: text,
  })
  const { faults, advice } = await loadRules(folder, VOCABULARY)
  remove()
  return [...faults, ...advice].filter(({ file }) => file === place).map((one) => `${one.line} ${one.message}`)
}

it.each<[string, string, string[]]>([
  ['a good one', GOOD, []],
  ['a to-do', GOOD.replace(SEND, DUTY), []],
  ['an unknown pool', GOOD.replace('[群]', '[裙]'), ['2 没有叫「裙」的群池']],
  ['nothing to do', GOOD.replace(', send: { text: 晒晒你煎的 }', ''), ['5 这一步没有写做什么']],
  [
    'two things in one step',
    GOOD.replace('send: {', 'tag: { add: [新] }, send: {'),
    ['5 一步只做一件事，这里写了 send、tag'],
  ],
  ['two steps of one name', `${GOOD}  - ${SEND.replace('day: 3', 'day: 4')}\n`, ['6 步骤「晒单」写了两次']],
  [
    'two messages at one time',
    `${GOOD}  - ${SEND.replace('step: 晒单', 'step: 再晒')}\n`,
    ['6 和「晒单」同一天同一时间，每个群会收到两条'],
  ],
  ['the day itself', GOOD.replace('day: 3', 'day: 0'), ['5 第 0 天 10:00 以后才算进来的群，等不到这一步']],
  [
    'at night',
    GOOD.replace('10:00', '23:00'),
    ['5 23:00 在 policy.yaml 的免打扰时段 21:30-09:00 里，要等这段时间过去才请群主确认'],
  ],
  ['a condition about customers', `${GOOD}when: { orders.paid.count: 1 }\n`, ['6 没有「orders.paid.count」这个事实']],
  [
    'a name for an account',
    GOOD.replace(SEND, DUTY.replace('lisi', '李四')),
    ['5 「李四」是姓名，这里要写员工账号（userid）'],
  ],
  ['for weeks', GOOD.replace(SEND, DUTY.replace('1d', '30d')), ['5 「30d」太久了，最多 7 天']],
  [
    'the same tag on and off',
    GOOD.replace(SEND, '{ step: 走, day: 1, at: "10:00", tag: { add: [新], remove: [新] } }'),
    ['5 同一个群标签又打上又去掉'],
  ],
  ['a customer in a group', GOOD.replace('晒晒你煎的', '"{客户昵称}晒晒"'), ['5 这里不能用 {客户昵称}']],
])('%s', async (_what, text, said) => {
  expect(await saidOf(text)).toEqual(said)
})

it('tells the rest beside a fault of shape', async () => {
  const text = `${GOOD.replace('[群]', '[裙]').replace('day: 3', 'day: 三')}  - ${DUTY.replace('lisi', '李四')}\n`
  expect((await saidOf(text)).map((one) => one.slice(0, 1))).toEqual(['2', '5', '6'])
})

const RULE = 'intercept: 绝对化用语\nwords: [最便宜]\nblock: true\ndepartments: [1]\n'
it.each<[string, string, string[]]>([
  ['a good one', RULE, []],
  ['nobody', RULE.replace('departments: [1]\n', ''), ['1 没有写对谁生效']],
  ['twice', RULE.replace('[最便宜]', '[最便宜, 最便宜]'), ['2 「最便宜」写了两次']],
  ['33 characters', RULE.replace('最便宜', '便'.repeat(33)), ['2 第 1 项有 33 个字，最多 32 个']],
  ['blanks', RULE.replace('最便宜', '"最便宜 "'), ['2 敏感词前后不能有空格']],
])('words that may not be written: %s', async (_what, text, said) => {
  expect(await saidOf(text, 'intercepts/i.yaml')).toEqual(said)
})
