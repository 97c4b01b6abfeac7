import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { AtHand } from '../at-hand.ts'
import { formatFault } from '../files/rule-fault.ts'
import { loadRules } from '../load-rules.ts'
import { changed, GOOD_RULES, ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'
import { sourcesIn } from '../testing/sources-in.ts'

const LADDER = `ladder: 分层
levels:
  - { level: A, when: { orders.paid.count: { gte: 3 } } }
  - { level: B, when: { orders.paid.count: { gte: 1 } } }
  - level: C
moves: auto
`
const BEFORE = {
  'tiers/分层.yaml': LADDER,
  'sends/家宴.yaml': GOOD_RULES['sends/福利.yaml']?.replaceAll('福利', '家宴'),
}

/** The faults of changed files where `before` is in force; `used`: the only name that anything hangs on. */
const asked = async (...of: Parameters<typeof loaded>): Promise<string[]> =>
  (await loaded(...of)).faults.map((fault) => formatFault(fault))
const advised = async (...of: Parameters<typeof loaded>): Promise<string[]> =>
  (await loaded(...of)).advice.map((one) => formatFault(one))

async function loaded(
  files: Record<string, string | undefined>,
  used?: string,
  before: Record<string, string | undefined> = BEFORE,
) {
  const made = ruleFolderOnDisk(before)
  try {
    const inForce = await sourcesIn(made.folder)
    made.write(files)
    const atHand: AtHand = {
      staff: undefined,
      departments: undefined,
      categories: new Set(),
      products: new Set(),
      inForce,
      isInUse: async (named) => used === undefined || JSON.stringify(named) === used,
    }
    return await loadRules(made.folder, VOCABULARY, atHand)
  } finally {
    made.remove()
  }
}

const question = (place: string, what: string, fresh: string, was: string): string =>
  `${place} ${what}不见了，新来了「${fresh}」：是改名吗。是的话在「${fresh}」上写 was: ${was}；不是就分两次存：先删旧的，再加新的`

const TAGS = changed('tags.yaml', '[新客, 老客]', '[新客, 熟客]')
const SEND = changed('sends/福利.yaml', '生命周期/老客', '生命周期/熟客')

it.each<[what: string, files: Record<string, string | undefined>, fault: string]>([
  [
    'a tag',
    { ...TAGS, ...SEND, 'sends/家宴.yaml': undefined },
    question('tags.yaml:5:17', '标签「生命周期/老客」', '熟客', '老客'),
  ],
  [
    'a group of tags',
    {
      ...changed('tags.yaml', '生命周期', '阶段'),
      ...changed('sends/福利.yaml', '生命周期', '阶段'),
      'sends/家宴.yaml': undefined,
      'sop/首单.yaml': GOOD_RULES['sop/首单.yaml']?.replace('生命周期', '阶段'),
    },
    question('tags.yaml:4:12', '标签组「生命周期」', '阶段', '生命周期'),
  ],
  [
    'a level',
    { 'tiers/分层.yaml': LADDER.replace('level: A', 'level: 金') },
    question('tiers/分层.yaml:3:14', '「分层」的「A」这一级', '金', 'A'),
  ],
  [
    'a ladder',
    { 'tiers/分层.yaml': LADDER.replace('分层', '等级') },
    question('tiers/分层.yaml:1:9', '梯子「分层」', '等级', '分层'),
  ],
  [
    'a pool',
    {
      'groups/付费群.yaml': GOOD_RULES['groups/付费群.yaml']?.replace('pool: 付费群', 'pool: 会员群'),
      'sop/首单.yaml': GOOD_RULES['sop/首单.yaml']?.replace('付费群', '会员群'),
    },
    question('groups/付费群.yaml:1:7', '群池「付费群」', '会员群', '付费群'),
  ],
  [
    'a journey',
    changed('sop/首单.yaml', 'first-order', 'first-buy'),
    question('sop/首单.yaml:1:6', 'SOP「first-order」', 'first-buy', 'first-order'),
  ],
  [
    'a channel',
    {
      ...changed('channels/包裹卡.yaml', 'channel: 包裹卡', 'channel: 包裹'),
      ...changed('sop/首单.yaml', '包裹卡', '包裹'),
    },
    question('channels/包裹卡.yaml:1:10', '渠道「包裹卡」', '包裹', '包裹卡'),
  ],
  [
    'a send',
    changed('sends/福利.yaml', 'send: 福利', 'send: 周三'),
    question('sends/福利.yaml:1:7', '群发「福利」', '周三', '福利'),
  ],
])('%s that is called otherwise now is asked about', async (_what, files, fault) => {
  expect(await asked(files)).toEqual([fault])
})

it('is not asked about what nobody has, what says so, and what is only gone or only new', async () => {
  expect(await asked({ ...TAGS, ...SEND, 'sends/家宴.yaml': undefined }, 'another')).toEqual([])
  const use = JSON.stringify({ kind: 'tag', within: '生命周期', name: '老客' })
  expect(await asked({ ...TAGS, ...SEND, 'sends/家宴.yaml': undefined }, use)).toHaveLength(1)
  const said = changed('tags.yaml', '[新客, 老客]', '[新客, { name: 熟客, was: 老客 }]')
  expect(await asked({ ...said, ...SEND, 'sends/家宴.yaml': undefined })).toEqual([])
  // What has said its old name is not missed when another one is new besides.
  const besides = changed('tags.yaml', '[新客, 老客]', '[新客, { name: 熟客, was: 老客 }, 铁粉]')
  expect(await asked({ ...besides, ...SEND, 'sends/家宴.yaml': undefined })).toEqual([])
  expect(await asked({ 'sends/家宴.yaml': undefined, 'sends/福利.yaml': undefined })).toEqual([])
  expect(await asked(changed('tags.yaml', '[新客, 老客]', '[新客, 老客, 熟客]'))).toEqual([])
  expect(await asked({ 'tiers/分层.yaml': LADDER.replace('ladder: 分层', 'ladder: 等级\nwas: 分层') })).toEqual([])
})

it('a former name is nobody’s name now, and of one only', async () => {
  const tags = (names: string): Record<string, string> => changed('tags.yaml', '[新客, 老客]', names)
  expect(await asked(tags('[新客, 老客, { name: 熟客, was: 老客 }]'))).toEqual([
    'tags.yaml:5:38 「老客」还在，不能又是别人的旧名字。删掉 was，或者给现在叫这个名字的换一个名字',
  ])
  expect(await asked(tags('[新客, 老客, { name: 熟客, was: 旧 }, { name: 铁粉, was: 旧 }]'))).toEqual([
    'tags.yaml:5:60 「旧」已经写成另一个的旧名字。只留一个',
  ])
  expect(await asked({ 'tiers/分层.yaml': LADDER.replace('level: C', 'level: C\n    was: A') })).toEqual([
    'tiers/分层.yaml:6:10 「A」还在，不能又是别人的旧名字。删掉 was，或者给现在叫这个名字的换一个名字',
  ])
})

it.each<[what: string, rules: [file: string, text: string | undefined][], place: string]>([
  [
    'a channel',
    [
      ['channels/包裹卡.yaml', 'channel: 包裹卡\nstate: package-card\nguides: [linxiaoyu]\nwas: 旧\n'],
      ['channels/直播.yaml', 'channel: 直播\nstate: live\nguides: [linxiaoyu]\nwas: 旧\n'],
    ],
    'channels/直播.yaml:4:6',
  ],
  [
    'a pool',
    [
      ['groups/付费群.yaml', `${GOOD_RULES['groups/付费群.yaml']}was: 旧\n`],
      ['groups/科普群.yaml', `${GOOD_RULES['groups/科普群.yaml']}was: 旧\n`],
    ],
    'groups/科普群.yaml:8:6',
  ],
  [
    'a journey',
    [
      ['sop/甲.yaml', 'sop: aa\nname: 甲\nwas: old\ntrigger: order.paid\nsteps: [ { wait: 1d } ]\n'],
      ['sop/乙.yaml', 'sop: bb\nname: 乙\nwas: old\ntrigger: order.paid\nsteps: [ { wait: 1d } ]\n'],
    ],
    'sop/甲.yaml:3:6',
  ],
  [
    'a send',
    [
      ['sends/家宴.yaml', `${BEFORE['sends/家宴.yaml']}was: 旧\n`],
      ['sends/福利.yaml', `${GOOD_RULES['sends/福利.yaml']}was: 旧\n`],
    ],
    'sends/福利.yaml',
  ],
  [
    'a ladder',
    [
      ['tiers/分层.yaml', `${LADDER}was: 旧\n`],
      ['tiers/等级.yaml', `${LADDER.replace('分层', '等级')}was: 旧\n`],
    ],
    'tiers/等级.yaml:7:6',
  ],
  [
    'a group of tags',
    [['tags.yaml', (GOOD_RULES['tags.yaml'] ?? '').replaceAll('- group:', '- was: 旧\n    group:')]],
    'tags.yaml:5:10',
  ],
])('the former name of %s is one rule’s only', async (_what, rules, place) => {
  const faults = (await asked(Object.fromEntries(rules))).filter((fault) => fault.includes('旧名字'))
  expect(faults).toEqual([expect.stringMatching(/「(?:旧|old)」已经写成另一个的旧名字。只留一个$/)])
  expect(faults[0]).toContain(place)
})

const nextYear = new Date().getFullYear() + 1
const CAMPAIGN = `campaign: 双旦
date: "${nextYear}-12-24"
audience: { follow.active: true }
holdOut: { percent: 10, days: 3 }
steps:
  - { step: 预热, day: -2, at: "10:00", send: { text: 后天开始 } }
  - { step: 当天, day: 0, at: "10:00", send: { text: 今天开始 } }
`
const CAMPAIGN_BEFORE = { 'campaigns/双旦.yaml': CAMPAIGN }
const used = (kind: string, name: string): string => JSON.stringify({ kind, name })

it.each<[what: string, text: string, fault: string[]]>([
  [
    'a campaign',
    CAMPAIGN.replace('双旦', '年末'),
    [question('campaigns/双旦.yaml:1:11', '活动「双旦」', '年末', '双旦')],
  ],
  [
    'a campaign and its day',
    CAMPAIGN.replace('双旦', '年末').replace('12-24', '12-25'),
    [question('campaigns/双旦.yaml:1:11', '活动「双旦」', '年末', '双旦')],
  ],
  [
    'one of another day and other steps',
    CAMPAIGN.replace('双旦', '年末').replace('12-24', '12-25').replace('后天开始', '一').replace('今天开始', '二'),
    [],
  ],
  [
    'a step',
    CAMPAIGN.replace('预热', '预告'),
    [question('campaigns/双旦.yaml:6:13', '「双旦」的步骤「预热」', '预告', '预热')],
  ],
  ['a step that nothing hangs on', CAMPAIGN.replace('当天', '开始'), []],
  ['a campaign that says so', CAMPAIGN.replace('campaign: 双旦', 'campaign: 年末\nwas: 双旦'), []],
  ['a step that says so', CAMPAIGN.replace('预热', '预告, was: 预热'), []],
])('%s that is called otherwise while something of it is out is asked about', async (_what, text, fault) => {
  const files = { 'campaigns/双旦.yaml': text }
  expect(await asked(files, used('campaign-step', '双旦·预热'), CAMPAIGN_BEFORE)).toEqual(fault)
  expect(await asked(files, 'nothing', CAMPAIGN_BEFORE)).toEqual([])
})

it('a campaign that is over may be written over by the next one', async () => {
  const before = { 'campaigns/双旦.yaml': CAMPAIGN.replace(String(nextYear), '2025') }
  expect(await asked({ 'campaigns/双旦.yaml': CAMPAIGN.replace('双旦', '年末') }, undefined, before)).toEqual([])
})

it.each([
  ['another share', CAMPAIGN.replace('percent: 10', 'percent: 20'), 1],
  ['none any more', CAMPAIGN.replace('holdOut: { percent: 10, days: 3 }\n', ''), 1],
  ['other days only', CAMPAIGN.replace('days: 3', 'days: 5'), 0],
])('the hold-out of a campaign of which something is out: %s', async (_what, text, times) => {
  const told = async (use: string): Promise<number> =>
    (await advised({ 'campaigns/双旦.yaml': text }, use, CAMPAIGN_BEFORE)).filter((one) => one.includes('对照组的比例'))
      .length
  expect([await told(used('send', '双旦·预热')), await told('nothing')]).toEqual([times, 0])
})
