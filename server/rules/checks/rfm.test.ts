import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { formatFault } from '../files/rule-fault.ts'
import { loadRules } from '../load-rules.ts'
import { GOOD_RULES, ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

async function told(files: Record<string, string>): Promise<string[]> {
  const made = ruleFolderOnDisk({ ...GOOD_RULES, ...files })
  try {
    return (await loadRules(made.folder, VOCABULARY)).faults.map((one) => formatFault(one))
  } finally {
    made.remove()
  }
}

const NAMES = 'names: [{ name: 好, r: { gte: 2 } }, { name: 差, r: { lte: 1 } }]'

it.each<[what: string, rfm: string, ...told: unknown[]]>([
  ['nothing said', '{}'],
  [
    'all said',
    '{ days: 365, orders: { category: [牛排], role: [主推], shop: [店] }, r: { since: signed, steps: 2 }, m: { from: [100元, 99999.5元] } }',
  ],
  ['each once', `{ r: { within: [90] }, ${NAMES} }`],
  ['five steps as well', `{ ${NAMES} }`],
  [
    'a bare cell',
    '{ r: { steps: 2 }, f: { steps: 2 }, m: { steps: 2 }, names: [{ name: 好, r: { gte: 2 } }, { name: 差, r: { lte: 1 }, m: { lte: 1 } }] }',
    expect.stringContaining('R1 F1 M2 等 2 种组合没有名字。补一条'),
  ],
  [
    'a double cell',
    '{ r: { steps: 2 }, names: [{ name: 好, r: { gte: 1 } }, { name: 差, r: { lte: 1 } }] }',
    expect.stringContaining('R1 F1 M1 已经叫「好」，这里又叫「差」。让两条的范围不重叠'),
  ],
  [
    'points beyond',
    '{ r: { steps: 2 }, names: [{ name: 好, r: { gte: 3 } }, { name: 全, r: { lte: 2 } }] }',
    expect.stringContaining('R 最高 2 分。写 1 到 2'),
  ],
  [
    'an empty range',
    '{ names: [{ name: 全 }, { name: 无, f: { gte: 3, lte: 2 } }] }',
    expect.stringContaining('没有分数同时至少 3、最多 2'),
  ],
  ['both ways', '{ f: { steps: 3, from: [2] } }', expect.stringContaining('写了 from 就不按名次分了，steps 不起作用')],
  ['days upwards', '{ r: { within: [30, 60] } }', expect.stringContaining('门槛要从大到小：天数越少分越高')],
  ['times downwards', '{ f: { from: [3, 2] } }', expect.stringContaining('门槛要从小到大：越多分越高')],
  ['money as a number is', '{ m: { from: [900元, 1000元] } }'],
  ['money twice', '{ m: { from: [100元, 100.0元] } }', expect.stringContaining('门槛要从小到大')],
  [
    'R 1 is nobody',
    '{ days: 30, r: { within: [29, 7] } }',
    expect.stringContaining('没有人会是 R 1 分：只看 30 天的订单'),
  ],
  ['R 1 is somebody', '{ days: 30, r: { within: [28, 7] } }'],
  ['F 1 is nobody', '{ f: { from: [1, 2] } }', expect.stringContaining('没有人会是 F 1 分')],
  [
    'F 3 is nobody',
    '{ days: 30, f: { from: [2, 31] } }',
    expect.stringContaining('没有人会是 F 3 分：30 天里最多 30 天有付款'),
  ],
  ['orders may be many a day', '{ days: 30, f: { count: orders, from: [2, 31] } }'],
  ['six steps', '{ m: { steps: 6 } }', expect.stringContaining('rfm.yaml:1:')],
])('%s', async (_what, rfm, ...faults) => {
  expect(await told({ 'rfm.yaml': `rfm: ${rfm}\n` })).toEqual(faults)
})

it('rules ask for groups that there are: those of the file, else the usual eight, without a file none', async () => {
  const ladder = (name: string) => ({
    'tiers/a.yaml': `ladder: 甲\nlevels:\n  - { level: A, when: { score.name: ${name} } }\n  - { level: C }\nmoves: auto\n`,
  })
  expect(await told({ ...ladder('重要挽留'), 'rfm.yaml': 'rfm: {}\n' })).toEqual([])
  expect(await told(ladder('重要挽留'))).toEqual([expect.stringContaining('没有叫「重要挽留」的 RFM 分组')])
  expect(await told({ ...ladder('好'), 'rfm.yaml': `rfm: { r: { steps: 2 }, ${NAMES} }\n` })).toEqual([])
  expect(await told({ ...ladder('中'), 'rfm.yaml': `rfm: { r: { steps: 2 }, ${NAMES} }\n` })).toHaveLength(1)
})
