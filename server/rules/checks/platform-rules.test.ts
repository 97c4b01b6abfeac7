import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { loadRules } from '../load-rules.ts'
import { changed, faultsOf, GOOD_RULES } from '../testing/rule-folder-on-disk.ts'
import { brokenRule } from './platform-rules.ts'

/** What such campaigns say, by the rule that they break. */
const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  诱导分享: [
    '转发朋友圈领红包',
    '分享到朋友圈，截图发我，送您一张 20 元券',
    '把这条消息转发到 3 个群，免费领一份牛排',
    '转发海报到朋友圈保留两小时，得精美礼品一份',
    '分享给 5 位好友即可抽奖',
    '发朋友圈截图给客服，返现 10 元',
    '晒到朋友圈就送黑椒酱',
    '分享链接给好友，您和好友各得 50 积分',
    '发圈有奖，先到先得',
    '晒圈领券，人人有份',
    '转发此活动到微信群，赢免单',
    '朋友圈转发本海报，凭截图到店领礼品',
    '转发至朋友圈，立减 30 元',
    '转给闺蜜，两人都能领代金券',
    '想要免费试吃？只要转发到您的朋友圈',
    '领取红包请先分享给好友',
    '分享到家人群，今晚抽 3 位免单',
    '发到同事群，人多送得多',
    '转 发 朋 友 圈，领 红 包',
    '转发这条到朋友圈集人气，送一份牛排',
    '打卡发朋友圈 21 天送礼',
    '把这条消息发给三个朋友，就能拿免单',
  ],
  '集赞、助力、砍价、拉人任务': [
    '集赞 38 个换一份西冷',
    '集满 66 个赞送礼品',
    '攒 20 个赞到店兑换',
    '朋友圈集赞领红包，多集多得',
    '点赞满 50 送券',
    '求点赞，满 30 个兑奖',
    '截图 20 个赞到店兑换',
    '助力砍价得 0 元购',
    '好友助力领牛排',
    '邀请好友助力，满 3 人免单',
    '帮我助力一下，差一个人就拿到了',
    '3 人助力成功即可领取',
    '助力领券，限时三天',
    '帮我砍一刀',
    '找朋友砍价，砍到 0 元免费拿',
    '一起砍，最低 0 元',
    '砍价免费拿空气炸锅',
    '拉 3 人进群领红包',
    '邀请 5 位好友入群，送牛排一份',
    '带 2 名新客来，返 20 元',
    '连续打卡 7 天返全额',
    '帮忙投票，票数前十有奖',
    '帮我点一下加速',
  ],
  引到个人微信给好处: [
    '加我个人微信返现 5 元',
    '添加店长的私人微信，领 10 元红包',
    '扫码加老板的个人号送赠品',
    '加薇信：niurou88 领券',
    '加我個人微信返現 5 元',
  ],
  好评返现: ['五星好评返现 3 元', '晒图追评送 5 元券', '好评截图发我领红包', '带图评价返 2 元'],
}

it('reads traditional characters as well', () => {
  const texts = ['轉發朋友圈領紅包', '集滿 20 個讚送牛排', '五星好評返現 3 元', '邀請 3 位好友幫忙砍價 0 元']
  expect(texts.map((text) => brokenRule(text)?.rule.name)).not.toContain(undefined)
})

it('catches more than fifty', () => expect(Object.values(FORBIDDEN).flat().length).toBeGreaterThanOrEqual(50))

it.each(Object.entries(FORBIDDEN).flatMap(([rule, texts]) => texts.map((text) => [text, rule] as const)))(
  '%s',
  (text, rule) => expect(brokenRule(text)?.rule.name).toBe(rule),
)

it.each([
  '觉得好吃可以分享给朋友，您自己吃得开心最要紧',
  '分享给朋友也行，我们送货上门，领导聚餐也合适',
  '周三福利日，老顾客价 58 元，回复 1 我给您留',
  '您把订单号发我，今天下班前给您答复，再送您一份黑椒酱',
  '拍张照片发我看看，我帮您看火候',
  '欢迎进群，群里每周三有福利',
  '收到货有问题直接找我，退换都行',
  '价格是统一的，砍不下来，我给您备注一份酱包',
  '给您申请了一张满 199 减 40 的券，到月底有效',
  '朋友圈里看到您做的牛排了，火候真好',
  '您的评价我看到了，谢谢！下次来我请您试新品',
  '这个月的积分到账了，能换一份菲力',
  '加我企业微信的都是老顾客，有事随时找我',
])('says nothing of: %s', (text) => expect(brokenRule(text)).toBeUndefined())

it('finds nothing in all the texts of the shipped rules', () => {
  const files = readdirSync('config', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'))
  const found = files.flatMap((file) =>
    readFileSync(`config/${file}`, 'utf8')
      .split('\n')
      .flatMap((line) => (line.trim().startsWith('#') ? [] : (brokenRule(line)?.words ?? []))),
  )
  expect(files.length).toBeGreaterThan(20)
  expect(found).toEqual([])
})

const TEXT = '转发朋友圈领红包'

it('refuses a campaign, with the words, the rule, and where it stands', async () => {
  const files = changed(
    'sends/福利.yaml',
    /text: .*/.exec(GOOD_RULES['sends/福利.yaml'] ?? '')?.[0] ?? '',
    `text: ${TEXT}`,
  )
  const [fault, ...more] = await faultsOf(files)
  expect(more).toEqual([])
  expect(fault).toMatch(/^sends\/福利\.yaml:\d+:\d+ 「转发朋友圈领红包」是诱导分享，会被封号。.*2\.1\.2.*2026-02-04/)
})

it('reads the cards, too', async () => {
  const content = `content:\n  text: 福利\n  attachments: [ { link: { title: ${TEXT}, url: "https://example.com/a" } } ]\n`
  const old = GOOD_RULES['sends/福利.yaml'] ?? ''
  const files = { 'sends/福利.yaml': `${old.replace(/content:[\s\S]*?(?=\n\S|$)/, '').trim()}\n${content}` }
  expect((await faultsOf(files)).join()).toContain('「转发朋友圈领红包」是诱导分享')
})

it('warns of it in a script that a guide may still decide on', async () => {
  const { ruleFolderOnDisk } = await import('../testing/rule-folder-on-disk.ts')
  const { folder, remove } = ruleFolderOnDisk(changed('scripts/入群.yaml', 'text: 进群吧', `text: ${TEXT}`))
  const { book, advice } = await loadRules(folder, VOCABULARY)
  remove()
  expect(book).toBeDefined()
  expect(advice.map(({ message }) => message)).toEqual(['「转发朋友圈领红包」是诱导分享，会被封号'])
})
