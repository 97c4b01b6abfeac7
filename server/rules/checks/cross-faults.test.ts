import { describe, expect, it } from 'vitest'
import { changed, faultsOf, GOOD_RULES } from '../testing/rule-folder-on-disk.ts'

const channel = (old: string, by: string) => changed('channels/包裹卡.yaml', old, by)
const welcome = (old: string, by: string) => changed('welcomes/欢迎.yaml', old, by)
const pool = (old: string, by: string) => changed('groups/付费群.yaml', old, by)
const script = (old: string, by: string) => changed('scripts/入群.yaml', old, by)
const sop = (old: string, by: string) => changed('sop/首单.yaml', old, by)
const send = (old: string, by: string) => changed('sends/福利.yaml', old, by)

it('names are filled in where somebody knows them: both in a script, the guide’s in a mass-send', async () => {
  expect(
    await faultsOf({
      ...script('text: 进群吧', 'text: "{客户昵称}，我是{导购名}，进群吧"'),
      ...send('今天福利日', '"我是{导购名}，今天福利日"'),
    }),
  ).toEqual([])
})

describe('faults between rules', () => {
  const long = `text: "${'肉'.repeat(1_334)}"`
  it.each([
    [
      'an unknown welcome',
      channel('welcome: 欢迎', 'welcome: 欢映'),
      'channels/包裹卡.yaml:4:10 没有叫「欢映」的欢迎语。是不是想写 欢迎',
    ],
    [
      'an unknown tag',
      channel('来源/包裹卡', '来源/包裹'),
      'channels/包裹卡.yaml:5:8 没有叫「来源/包裹」的标签。是不是想写 来源/包裹卡',
    ],
    [
      'a tag without its group',
      channel('来源/包裹卡', '包裹卡'),
      'channels/包裹卡.yaml:5:8 标签「包裹卡」要连组名一起写。写成 来源/包裹卡',
    ],
    [
      'one experiment in two places',
      sop(
        '  - wait: 10m\n',
        `${['A', 'A'].map(() => '  - split: { experiment: 甲, arms: [{ arm: A, weight: 1, do: [] }, { arm: B, weight: 1, do: [] }] }').join('\n')}\n  - wait: 10m\n`,
      ),
      'sop/首单.yaml:9:26 实验「甲」已经用在这个文件的前面，同名的实验会把人分到同样的组，结果分不清。换一个名字',
    ],
    ['a guide twice', channel('[linxiaoyu]', '[a, a]'), 'channels/包裹卡.yaml:3:13 「a」写了两次'],
    [
      'a state of two channels',
      { 'channels/乙.yaml': 'channel: 乙\nguides: [a]\nstate: package-card\n' },
      'channels/包裹卡.yaml:2:8 渠道参数「package-card」已经用在渠道「乙」',
    ],
    [
      'a name twice',
      { 'channels/乙.yaml': 'channel: 包裹卡\nguides: [a]\n' },
      'channels/包裹卡.yaml:1:10 渠道「包裹卡」已经写在 channels/乙.yaml 里',
    ],
    ['no default welcome', welcome('default: true\n', ''), 'welcomes/欢迎.yaml:1:1 没有默认欢迎语'],
    [
      'two default welcomes',
      { 'welcomes/二.yaml': 'welcome: 二\ndefault: true\ntext: 好\n' },
      'welcomes/欢迎.yaml:2:10 默认欢迎语已经是「二」',
    ],
    [
      'a text that is too long in bytes',
      welcome('text: "{客户昵称}您好，我是{导购名}"', long),
      'welcomes/欢迎.yaml:3:7 文字太长：4002 字节，企业微信最多 4000 字节。大约要删掉 1 个汉字',
    ],
    [
      'an unknown placeholder',
      welcome('{客户昵称}', '{客户名称}'),
      'welcomes/欢迎.yaml:3:7 不认识 {客户名称}，会原样发给客户。是不是想写 {客户昵称}',
    ],
    ['a missing picture', welcome('hello.png', 'helo.png'), 'welcomes/欢迎.yaml:5:12 找不到素材「helo.png」'],
    [
      'a picture outside',
      welcome('hello.png', '../tags.yaml'),
      'welcomes/欢迎.yaml:5:12 素材「../tags.yaml」的路径不对',
    ],
    [
      'an unknown pool in a welcome',
      welcome('groupQr: 科普群', 'groupQr: 科普'),
      'welcomes/欢迎.yaml:6:14 没有叫「科普」的群池。是不是想写 科普群',
    ],
    ['a welcome without content', { 'welcomes/空.yaml': 'welcome: 空\n' }, 'welcomes/空.yaml:1:1 没有内容'],
    [
      'hours without length',
      welcome('attachments:', 'hours: [{ between: "22:00-22:00", text: 晚安 }]\nattachments:'),
      'welcomes/欢迎.yaml:4:20 时段的开始和结束一样',
    ],
    ['a pool without groups', pool('{ namePrefix: 付费 }', '{}'), 'groups/付费群.yaml:3:9 没有写哪些群属于这个群池'],
    [
      'two pools for one group',
      pool('namePrefix: 付费', 'namePrefix: 科普二'),
      'groups/科普群.yaml:3:23 和群池「付费群」的群名开头「科普二」分不开',
    ],
    ['too many for a code', pool('200', '300'), 'groups/付费群.yaml:4:11 一个群超过 200 人就不能再扫码进了'],
    [
      'an unknown script',
      pool('script: join-paid', 'script: join-payed'),
      'groups/付费群.yaml:7:9 没有叫「join-payed」的话术。是不是想写 join-paid',
    ],
    [
      'an invitation by welcome that no welcome carries',
      pool('inviteBy: task', 'inviteBy: welcome'),
      'groups/付费群.yaml:6:11 没有欢迎语带「付费群」的二维码',
    ],
    [
      'an unknown fact',
      pool('orders.paid.count', 'orders.payed.count'),
      'groups/付费群.yaml:5:10 没有「orders.payed.count」这个事实。是不是想写 orders.paid.count',
    ],
    [
      'money without unit',
      pool('orders.paid.count: { gte: 1 }', 'orders.paid.sum: { gte: 500 }'),
      'groups/付费群.yaml:5:34 「累计付款金额」是金额，要带单位。写成 500元',
    ],
    [
      'an unknown channel in a condition',
      sop('[包裹卡]', '[包裹, 包裹卡]'),
      'sop/首单.yaml:4:25 没有叫「包裹」的渠道。是不是想写 包裹卡',
    ],
    [
      'an unknown tag in an audience',
      send('生命周期/老客', '生命周期/熟客'),
      'sends/福利.yaml:3:27 没有叫「生命周期/熟客」的标签。是不是想写 生命周期/新客',
    ],
    [
      'a script id twice',
      { 'scripts/乙.yaml': (GOOD_RULES['scripts/入群.yaml'] ?? '').replace('入群', '乙') },
      'scripts/入群.yaml:5:13 话术编号「join-paid」已经用在「请进付费群」',
    ],
    [
      'an unknown placeholder in a script',
      script('text: 进群吧', 'text: "{客户名称}进群吧"'),
      'scripts/入群.yaml:9:15 不认识 {客户名称}，会原样发给客户。是不是想写 {客户昵称}',
    ],
    [
      'a field that no profile declares, in a script',
      script('text: 进群吧', 'text: "上次的{上次买的}，{宝宝生日}进群吧"'),
      'scripts/入群.yaml:9:15 不认识 {宝宝生日}，会原样发给客户。可以用 {客户昵称}、{导购名}、{退订链接}、{上次买的}、{上次下单}、{下单次数}',
    ],
    [
      'a script that is too long with the names in it',
      script('text: 进群吧', `text: "{客户昵称}{导购名}${'肉'.repeat(1_291)}"`),
      'scripts/入群.yaml:9:15 文字太长：4001 字节',
    ],
    [
      'a welcome after a wait',
      sop('  - welcome: 欢迎\n', '  - wait: 10m\n  - welcome: 欢迎\n'),
      'sop/首单.yaml:7:14 这里不能再发欢迎语',
    ],
    [
      'a welcome twice on one way',
      sop('- tag: { add: [生命周期/新客] }', '- welcome: 欢迎'),
      'sop/首单.yaml:7:14 这里不能再发欢迎语',
    ],
    [
      'a welcome without a welcome code',
      sop('trigger: customer.added', 'trigger: order.created'),
      'sop/首单.yaml:6:14 这里发不了欢迎语',
    ],
    [
      'a branch that cannot be reached',
      sop('otherwise: [ { invite: 科普群 } ]', 'otherwise: []\n      - when: {}\n        do: []'),
      'sop/首单.yaml:13:9 走不到这里：上面的 otherwise 已经接住所有人',
    ],
    [
      'a wait for what ends the journey',
      sop('wait: 10m', 'wait: { event: order.paid, atMost: 1d }'),
      'sop/首单.yaml:8:20 order.paid 会让旅程结束，等不到',
    ],
    ['a wait beyond a year', sop('wait: 10m', 'wait: 400d'), 'sop/首单.yaml:8:11 「400d」超过一年'],
    [
      'a tag put on and taken off',
      sop('{ add: [生命周期/新客] }', '{ add: [生命周期/新客], remove: [生命周期/新客] }'),
      'sop/首单.yaml:7:10 标签「生命周期/新客」又加又减',
    ],
    [
      'a long remark',
      sop('wait: 10m', `remark: "{客户昵称}${'备'.repeat(21)}"`),
      'sop/首单.yaml:8:13 备注有 21 个字，最多 20 个',
    ],
    ['a to-do about nothing', sop('script: join-paid, due: 24h', 'due: 24h'), 'sop/首单.yaml:14:11 待办没有写要做什么'],
    [
      'everybody, every day',
      sop('trigger: customer.added\nwhen: { channel: { in: [包裹卡] } }', 'trigger: { daily: "09:00" }'),
      'sop/首单.yaml:3:10 定时触发而没有 when',
    ],
    ['no time', send('cron: "0 10 * * 3"\n', ''), 'sends/福利.yaml:1:1 没有写什么时候发'],
    ['two times', send('audience:', 'at: "2026-12-01 10:00"\naudience:'), 'sends/福利.yaml:2:7 at 和 cron 只能写一个'],
    [
      'a day that does not exist',
      send('cron: "0 10 * * 3"', 'at: "2026-02-30 10:00"'),
      'sends/福利.yaml:2:5 没有「2026-02-30 10:00」这个时间',
    ],
    ['a cron with six fields', send('0 10 * * 3', '0 0 10 * * 3'), 'sends/福利.yaml:2:7 cron「0 0 10 * * 3」读不懂'],
    ['a cron with a wrong hour', send('0 10 * * 3', '0 25 * * 3'), 'sends/福利.yaml:2:7 cron「0 25 * * 3」读不懂'],
    ['a send each minute', send('0 10 * * 3', '* * * * *'), 'sends/福利.yaml:2:7 这样会一天发好几次'],
    ['a name in a mass-send', send('今天福利日', '"{客户昵称}福利日"'), 'sends/福利.yaml:5:9 这里不能用 {客户昵称}'],
    [
      'a link of one’s own in a mass-send',
      send('今天福利日', '"福利日，不想收点 {退订链接}"'),
      'sends/福利.yaml:5:9 这里不能用 {退订链接}。这里给不了每人自己的链接；写在欢迎语里',
    ],
    [
      'an unknown placeholder in a mass-send',
      send('今天福利日', '"{导购}喊你"'),
      'sends/福利.yaml:5:9 不认识 {导购}，会原样发给客户。是不是想写 {导购名}',
    ],
    [
      'a group of tags twice',
      changed('tags.yaml', 'group: 生命周期', 'group: 来源'),
      'tags.yaml:4:12 标签组「来源」写了两次',
    ],
    ['a slash in a tag', changed('tags.yaml', '老客', '老/客'), 'tags.yaml:5:17 「老/客」里不能有 /'],
  ])('%s', async (_what, files, expected) => {
    const faults = await faultsOf(files)
    expect(faults.map((fault) => fault.slice(0, expected.length))).toContain(expected)
  })

  it('are told all at once, in order, and one mistake only once', async () => {
    const faults = await faultsOf({
      ...channel('guides:', 'guide:'),
      ...welcome('hello.png', 'nothing.png'),
      ...sop('[包裹卡]', '[包裹]'),
    })
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'channels/包裹卡.yaml:3:1',
      'sop/首单.yaml:4:25',
      'welcomes/欢迎.yaml:5:12',
    ])
  })

  it('do not follow from a file that cannot be read', async () => {
    const faults = await faultsOf({ 'tags.yaml': 'tags:\n\t- x' })
    expect(faults.map((fault) => fault.split(':')[0])).toEqual(['tags.yaml'])
  })
})
