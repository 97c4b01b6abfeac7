import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { loadRules } from '../load-rules.ts'
import { ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

const send = (more: string): string => `send: 甲\ncontent: { text: 福利 }\n${more}\n`
const VIP = 'audience: { tags: { any: [生命周期/老客] }, follow.active: true }'

async function adviceOn(files: Record<string, string>): Promise<string[]> {
  const { folder, remove } = ruleFolderOnDisk(files)
  const { faults, advice } = await loadRules(folder, VOCABULARY)
  remove()
  expect(faults).toEqual([])
  return advice.filter(({ file }) => file === 'sends/甲.yaml').map(({ line, message }) => `${line} ${message}`)
}

it.each<[string, string, string[]]>([
  [
    'at night',
    `${VIP}\nat: "2099-12-24 03:00"`,
    ['4 03:00 在 policy.yaml 的免打扰时段 22:00-08:30 里，要等这段时间过去才请导购确认'],
  ],
  [
    'just before morning',
    `${VIP}\ncron: "29 8 * * 3"`,
    ['4 08:29 在 policy.yaml 的免打扰时段 22:00-08:30 里，要等这段时间过去才请导购确认'],
  ],
  ['in the morning', `${VIP}\ncron: "30 8 * * 3"`, []],
  ['last year', `${VIP}\nat: "2020-12-24 10:00"`, ['4 2020-12-24 10:00 已经过了，不会再发']],
  ['last year, switched off', `${VIP}\nenabled: false\nat: "2020-12-24 10:00"`, []],
  [
    'to be approved at once',
    `${VIP}\nat: "2053-12-24 10:00"\napproval: 9999d`,
    ['5 离 2053-12-24 10:00 已经不到 9999d，规则一生效就会定下名单、请人批准'],
  ],
  ['to be approved in time', `${VIP}\nat: "2099-12-24 10:00"\napproval: 2d`, []],
  [
    'which nothing crowds',
    `${VIP}\nat: "2099-12-24 10:00"\nifCrowded: later`,
    ['5 policy.yaml 没有写 contactsPerCustomer，没有人会轮不到'],
  ],
  ['to everybody', 'audience: {}\nat: "2099-12-24 10:00"', ['3 没有写发给谁，会发给所有客户']],
])('says of a send %s what was probably not meant', async (_what, more, expected) => {
  expect(await adviceOn({ 'policy.yaml': 'quiet: "22:00-08:30"\n', 'sends/甲.yaml': send(more) })).toEqual(expected)
})

it('says when two sends meet', async () => {
  const time = 'at: "2099-12-24 10:00"'
  const other = send(`${VIP}\n${time}`).replace('甲', '乙')
  expect(await adviceOn({ 'sends/0乙.yaml': other, 'sends/甲.yaml': send(`${VIP}\n${time}`) })).toEqual([
    '4 和群发「乙」同一时间发给同样的人，每人会收到两条',
  ])
  const off = `${other}enabled: false\n`
  expect(await adviceOn({ 'sends/0乙.yaml': off, 'sends/甲.yaml': send(`${VIP}\n${time}`) })).toEqual([])
})

const RHYTHM = 'rhythm: { 福利: { most: 2, days: 7 }, 大促: { most: 1, days: 30 } }\n'
const at = (name: string, day: string, more: string): string =>
  `send: ${name}\naudience: { follow.active: true }\ncontent: { text: 来看看 }\nat: "2099-${day} 10:00"\n${more}\n`

it.each<[string, string[], string[]]>([
  ['two in seven days', [at('甲', '03-01', 'kind: 福利'), at('乙', '03-07', 'kind: 福利')], []],
  [
    'a third one',
    [at('甲', '03-01', 'kind: 福利'), at('乙', '03-04', 'kind: 福利'), at('丙', '03-07', 'kind: 福利')],
    Array(3).fill('7 天里有 3 次「福利」，policy.yaml 最多 2 次'),
  ],
  [
    'a third one a day later',
    [at('甲', '03-01', 'kind: 福利'), at('乙', '03-04', 'kind: 福利'), at('丙', '03-08', 'kind: 福利')],
    [],
  ],
  [
    'a third one that somebody wants even so',
    [
      at('甲', '03-01', 'kind: 福利\nevenSo: 店庆，王经理同意'),
      at('乙', '03-04', 'kind: 福利\nevenSo: 店庆，王经理同意'),
      at('丙', '03-07', 'kind: 福利\nevenSo: 店庆，王经理同意'),
    ],
    [],
  ],
  ['one of each kind', [at('甲', '03-01', 'kind: 福利'), at('乙', '03-02', 'kind: 大促')], []],
  ['a second of another kind', [at('甲', '03-01', 'kind: 大促'), at('乙', '03-02', '')], []],
  ['one that is off', [at('甲', '03-01', 'kind: 大促'), at('乙', '03-02', 'kind: 大促\nenabled: false')], []],
  ['a kind that nobody knows', [at('甲', '03-01', 'kind: 大处')], ['policy.yaml 的 rhythm 里没有「大处」这一类']],
])('the rhythm of the policy holds for %s', async (_what, sends, expected) => {
  const files = Object.fromEntries(sends.map((text, nth) => [`sends/${nth}.yaml`, text]))
  const { folder, remove } = ruleFolderOnDisk({ ...files, 'policy.yaml': RHYTHM })
  const { faults } = await loadRules(folder, VOCABULARY)
  remove()
  expect(faults.map(({ message }) => message)).toEqual(expected)
})
