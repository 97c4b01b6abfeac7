import { describe, expect, it } from 'vitest'
import { faultsOf, GOOD_RULES } from '../testing/rule-folder-on-disk.ts'

/** Faults of shape and of meaning in one file: [what is told, at its line], each of them once and nothing else. */
const CASES: readonly [what: string, file: string, text: string, told: readonly string[]][] = [
  [
    'a journey',
    'sop/二.yaml',
    `sop: second
name: 二
trigger: customer.add
when: { channel: { in: [没有的渠道] }, tags: { anny: [来源/没有] } }
qiet: "09:00-09:00"
steps:
  - welcome: 没有的欢迎
  - welcome: 欢迎
  - tag: { add: [来源/没有, 5], remove: 来源/包裹卡 }
  - wait: 10分钟
  - choose:
      - when: { orders.paid.cuont: 1 }
        do: [ { invit: 没有的群 } ]
      - { when: 都行, do: [ { task: { for: guid, title: 一 } } ] }
      - otherwise: [ { start: second } ]
      - otherwise: []
  - task: { for: guide, title: 5 }
  - message: { text: "{客户昵称}好", within: 久 }
  - split:
      experiment: 甲
      arms:
        - { arm: A, weight: 很多, do: [ { remark: ${'长'.repeat(21)} } ] }
        - { arm: A, weight: 1, do: [] }
goal: order.payed
leave: [customer.lost, customer.lost, 5]
`,
    [
      ':3:10 「trigger」不能是「customer.add」',
      ':4:25 没有叫「没有的渠道」的渠道',
      ':4:43 没有「anny」这种比法',
      ':5:1 不认识「qiet」。是不是想写 quiet',
      ':5:7 免打扰时段「09:00-09:00」开始和结束一样',
      ':7:14 没有叫「没有的欢迎」的欢迎语',
      ':8:14 这里不能再发欢迎语',
      ':9:18 没有叫「来源/没有」的标签',
      ':9:25 第 2 项要写文字',
      ':9:37 「remove」要写一个列表',
      ':10:11 「wait」不能写成「10分钟」',
      ':12:17 没有「orders.paid.cuont」这个事实',
      ':13:17 不认识「invit」',
      ':13:24 没有叫「没有的群」的群池',
      ':14:17 「when」要写几项',
      ':14:42 这里只能是 guide',
      ':15:31 SOP 不能开始它自己',
      ':16:9 走不到这里',
      ':17:32 「title」要写文字',
      ':18:22 这里不能用 {客户昵称}',
      ':18:41 「within」不能写成「久」',
      ':22:29 「weight」要写整数',
      ':22:49 备注有 21 个字',
      ':23:18 分组「A」写了两次',
      ':24:7 「goal」不能是「order.payed」',
      ':25:24 customer.lost 写了两次',
      ':25:39 第 3 项不能是 5',
    ],
  ],
  [
    'a journey without its beginning and its steps',
    'sop/二.yaml',
    `sop: Second
when: { channel: { in: [没有的渠道] } }
leave: [customer.lost, customer.lost]
`,
    [
      ':1:1 缺少「name」',
      ':1:1 缺少「trigger」',
      ':1:1 缺少「steps」',
      ':1:6 「sop」不能写成「Second」',
      ':2:25 没有叫「没有的渠道」的渠道',
      ':3:24 customer.lost 写了两次',
    ],
  ],
  [
    'two steps in one, and what each of them names',
    'sop/二.yaml',
    `sop: second
name: 二
trigger: customer.added
steps:
  - welcome: 没有的欢迎
    tag: { add: [来源/没有] }
  - { task: { for: guide, script: join-paid, escalate: { after: 1d, to: [] } } }
  - { wait: { until: "25:00" }, invite: 没有的群 }
  - message: 你好
  - 再等等
`,
    [
      ':5:14 没有叫「没有的欢迎」的欢迎语',
      ':6:5 「tag」不能和「welcome」写在同一项里',
      ':6:18 没有叫「来源/没有」的标签',
      ':7:73 「to」至少要有 1 项',
      ':8:7 「wait」不能和「invite」写在同一项里',
      ':8:22 「until」不能写成「25:00」',
      ':8:41 没有叫「没有的群」的群池',
      ':9:14 「message」要写几项',
      ':10:5 第 5 项不能是「再等等」',
    ],
  ],
  [
    'a send',
    'sends/福利.yaml',
    `send: 福利
at: 明天
audience: { tags: { any: [来源/没有] }, follow.activ: true }
guides: [林小雨, 5]
content:
  text: "{客户昵称}转发朋友圈集赞领红包"
  attachments: [ { image: 没有.png }, { imag: 没有.png }, hello.png ]
`,
    [
      ':2:5 「at」不能写成「明天」',
      ':3:27 没有叫「来源/没有」的标签',
      ':3:37 没有「follow.activ」这个事实',
      ':4:10 「林小雨」是姓名',
      ':4:15 第 2 项要写文字',
      ':6:9 这里不能用 {客户昵称}',
      ':6:9 「转发朋友圈集赞领红包」是诱导分享',
      ':7:27 找不到素材「没有.png」',
      ':7:39 不认识「imag」',
      ':7:45 找不到素材「没有.png」',
      ':7:55 第 3 项不能是「hello.png」',
    ],
  ],
  [
    'a channel',
    'channels/二.yaml',
    `channel: ${'包'.repeat(41)}
state: 包裹
guide: [林小雨, a, a]
welcome: 没有的
tags: [来源/没有, 来源/包裹卡, 来源/包裹卡]
skipVerify: 是
`,
    [
      ':1:10 「channel」有 41 个字，最多 40 个',
      ':2:8 「state」不能写成「包裹」',
      ':3:1 不认识「guide」。是不是想写 guides',
      ':3:9 「林小雨」是姓名',
      ':3:17 「a」写了两次',
      ':4:10 没有叫「没有的」的欢迎语',
      ':5:8 没有叫「来源/没有」的标签',
      ':5:23 标签「来源/包裹卡」写了两次',
      ':6:13 「skipVerify」要写 true 或 false',
    ],
  ],
  [
    'tags',
    'tags.yaml',
    `tags:
  - group: 来源
    names: [包裹卡, 直播间, 直播间, 5]
    stratgy: 是
  - group: 来源
    names: []
  - group: 生命周期
    names: [新客, 老客, 熟/客, { name: 好 }]
  - names: [甲]
`,
    [
      ':3:23 「来源」里「直播间」写了两次',
      ':3:28 第 4 项不能是 5',
      ':4:5 不认识「stratgy」',
      ':4:14 「stratgy」要写 true 或 false',
      ':5:12 标签组「来源」写了两次',
      ':6:12 「names」至少要有 1 项',
      ':8:21 「熟/客」里不能有 /',
      ':8:26 缺少「was」',
      ':9:5 缺少「group」',
    ],
  ],
  [
    'a pool',
    'groups/付费群.yaml',
    `pool: 付费群
role: payed
groups: { namePrefix: 5, chatIds: [a, a] }
capacity: 600
entry: { tags: { any: [来源/没有] }, orders.payed.count: 1 }
inviteBy: 送
script: join-payed
`,
    [
      ':2:7 「role」不能是「payed」',
      ':3:23 「namePrefix」要写文字',
      ':3:39 「a」写了两次',
      ':4:11 「capacity」最大是 500',
      ':5:24 没有叫「来源/没有」的标签',
      ':5:34 没有「orders.payed.count」这个事实',
      ':6:11 「inviteBy」不能是「送」',
      ':7:9 没有叫「join-payed」的话术',
    ],
  ],
  [
    'a pool whose groups cannot be read',
    'groups/付费群.yaml',
    `pool: 付费群
role: paid
groups: 付费
capacity: 300
entry: {}
inviteBy: task
`,
    [':3:9 「groups」要写几项', ':4:11 一个群超过 200 人就不能再扫码进了'],
  ],
  [
    'a ladder',
    'tiers/分层.yaml',
    `ladder: 分层
coolDownDays: 三天
levels:
  - level: S
    wen: { orders.paid.cuont: 1 }
    tag: 来源/没有
    lastsDays: 8
    guides: 林小雨
    cap: 5
  - level: S
    when: 好
    invite: 没有的群
  - { level: A/B, when: {}, keep: { tags: { any: [来源/没了] } } }
  - level: C
    lastsDays: 90
moves: 自动
`,
    [
      ':2:15 「coolDownDays」要写整数',
      ':5:5 不认识「wen」。是不是想写 when',
      ':5:12 没有「orders.paid.cuont」这个事实',
      ':6:10 没有叫「来源/没有」的标签',
      ':8:13 「guides」要写一个列表',
      ':10:12 「S」写了两次',
      ':11:11 「when」要写几项',
      ':12:13 没有叫「没有的群」的群池',
      ':13:14 「A/B」里不能有 /',
      ':13:25 「A/B」的 when 是空的',
      ':13:51 没有叫「来源/没了」的标签',
      ':15:5 「C」是最后一级',
      ':16:8 「moves」不能是「自动」',
    ],
  ],
  [
    'scripts',
    'scripts/二.yaml',
    `domain: 二
situations:
  - situation: 一
    scripts:
      - id: Join
        title: 一
        aim: 5
        expect: 好
        text: "{客户名称}好"
        for: { orders.payed.count: 1 }
      - id: join
        title: 二
        aim: 进群
        expect: 好
        txt: "{导购}好"
        basis: [没有的事实]
      - 就这么说
  - scripts: []
`,
    [
      ':5:13 「id」不能写成「Join」',
      ':7:14 「aim」要写文字',
      ':9:15 不认识 {客户名称}',
      ':10:16 没有「orders.payed.count」这个事实',
      ':15:9 不认识「txt」。是不是想写 text',
      ':15:14 不认识 {导购}',
      ':16:17 没有「没有的事实」这个事实',
      ':17:9 第 3 项要写几项',
      ':18:5 缺少「situation」',
      ':18:14 「scripts」至少要有 1 项',
    ],
  ],
  [
    'a welcome',
    'welcomes/欢迎.yaml',
    `welcome: 欢迎
default: 是
text: 5
attachments: [ { groupQr: 科普群 }, { image: ../tags.yaml }, { link: { title: 好, url: abc, desc: 5 } } ]
hours:
  - { between: 晚上, text: "{客户名称}" }
  - { between: "22:00-22:00", txt: 晚安 }
`,
    [
      ':2:10 「default」要写 true 或 false',
      ':3:7 「text」要写文字',
      ':4:43 素材「../tags.yaml」的路径不对',
      ':4:84 网址「abc」不完整',
      ':4:95 「desc」要写文字',
      ':6:16 「between」不能写成「晚上」',
      ':6:26 不认识 {客户名称}',
      ':7:16 时段的开始和结束一样',
      ':7:31 不认识「txt」。是不是想写 text',
    ],
  ],
  [
    'a policy',
    'policy.yaml',
    `quiet: "21:30-21:30"
tasksPerGuidePerDay: 很多
contactsPerCustomer: { most: 5 }
`,
    [':1:8 免打扰时段「21:30-21:30」开始和结束一样', ':2:22 「tasksPerGuidePerDay」要写整数', ':3:22 缺少「days」'],
  ],
  [
    'a webhook',
    'webhooks/crm.yaml',
    `webhook: 仓库
url: crm.example.com
events: [order.payed, 5, "order.*", "order.*"]
`,
    [
      ':1:10 「webhook」不能写成「仓库」',
      ':2:6 这不是一个网址',
      ':3:10 没有「order.payed」这种事件',
      ':3:23 第 2 项要写文字',
      ':3:37 「order.*」写了两次',
    ],
  ],
  [
    'a shop',
    'shops/店.yaml',
    `shop: 店
id: A
platform: 淘宝
account: wx1
address: shop.example.com/a
kdtId: 五
`,
    [':2:5 「id」不能写成「A」', ':3:11 「platform」不能是「淘宝」', ':6:8 「kdtId」不能写成「五」'],
  ],
  [
    'another shop',
    'shops/店.yaml',
    `shop: 店
id: A
platform: crmeb
account: wx1
address: shop.example.com/a
kdtId: 五
`,
    [':2:5 「id」不能写成「A」', ':5:10 这不是一个网址的开头', ':6:8 「kdtId」不能写成「五」'],
  ],
  [
    'roles',
    'roles.yaml',
    `roles:
  - { role: boss, members: [林小雨], of: [一店], operators: [a, a] }
  - { role: ops, member: [a, a], leaders: true }
  - { role: ops, of: [一店], members: [] }
  - { role: owner }
`,
    [
      ':2:13 「role」不能是「boss」',
      ':2:29 「林小雨」是姓名',
      ':2:60 「a」写了两次',
      ':3:18 不认识「member」。是不是想写 members',
      ':3:30 「a」写了两次',
      ':3:34 部门负责人只能给店长',
      ':4:18 只有店长（lead）才写 of',
      ':4:37 「members」至少要有 1 项',
      ':5:5 没有写给谁',
    ],
  ],
  [
    'fields of a profile',
    'profile.yaml',
    `fields:
  - { field: 口味, type: 选, options: [甲, 乙] }
  - { field: 口味, type: choice, options: 甲 }
  - { field: 人口, type: number, min: 9, max: 1, see: [boss], edit: [guide] }
  - { type: choice }
`,
    [
      ':2:24 「type」不能是「选」',
      ':3:14 字段「口味」和第 1 项重名',
      ':3:41 「options」要写一个列表',
      ':4:37 最小 9 比最大 1 还大',
      ':4:54 第 1 项不能是「boss」',
      ':5:5 缺少「field」',
      ':5:13 type: choice 要写能选哪些',
    ],
  ],
]

describe('faults of shape hide no others of the same file, and make none up', () => {
  it.each(CASES)('%s', async (_what, file, text, told) => {
    const faults = await faultsOf({ [file]: text })
    expect(faults.map((fault) => fault.slice(file.length))).toEqual(
      told.map((start) => expect.stringMatching(new RegExp(`^${escaped(start)}`, 'u'))),
    )
    expect(new Set(faults.map((fault) => fault.split(' ')[0])).size).toBeGreaterThan(1)
    expect(faults.every((fault) => fault.startsWith(`${file}:`))).toBe(true)
  })
})

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')

describe('what is of the wrong shape in one file is no fault of the others', () => {
  it.each<[string, Record<string, string>, readonly string[]]>([
    [
      'a rhythm and who keeps it',
      {
        'policy.yaml': 'rhythm: { 福利: { most: 无数, days: 7 } }\n',
        'sends/福利.yaml': `${GOOD_RULES['sends/福利.yaml']}kind: 福利\n`,
      },
      ['policy.yaml:1:23 「most」要写整数'],
    ],
    [
      'the default among welcomes, and a code in one of them',
      {
        'welcomes/欢迎.yaml': 'welcome: 欢迎\ndefault: 是\nattachments: 二维码\n',
        'welcomes/二.yaml': 'welcome: 二\ntext: 好\n',
      },
      ['welcomes/欢迎.yaml:2:10 「default」要写', 'welcomes/欢迎.yaml:3:14 「attachments」要写一个列表'],
    ],
    [
      'two policies, and one of them is wrong',
      { 'policy.yaml': 'quiet: 晚上\n---\nquiet: "21:00-09:00"\n' },
      ['policy.yaml:1:8 「quiet」不能写成「晚上」', 'policy.yaml:3:1 '],
    ],
    [
      'an alias where a list belongs',
      { 'channels/包裹卡.yaml': 'channel: 包裹卡\nguides: *all\nwelcome: 没有的\n' },
      ['channels/包裹卡.yaml:2:9 规则里不能用 YAML 的引用', 'channels/包裹卡.yaml:3:10 没有叫「没有的」的欢迎语'],
    ],
    [
      'an unknown fact and an unknown name in one condition',
      {
        'sends/福利.yaml': (GOOD_RULES['sends/福利.yaml'] ?? '').replace(
          '{ tags: { any: [生命周期/老客] }, follow.active: true }',
          '{ any: [ { tags: { any: [没有/这个] } }, { follow.activ: true } ] }',
        ),
      },
      ['sends/福利.yaml:3:36 没有叫「没有」的标签组', 'sends/福利.yaml:3:50 没有「follow.activ」这个事实'],
    ],
  ])('%s', async (_what, files, told) => {
    expect(await faultsOf(files)).toEqual(
      told.map((start) => expect.stringMatching(new RegExp(`^${escaped(start)}`, 'u'))),
    )
  })
})
