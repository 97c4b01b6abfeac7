/** A rule of the platform or of the law that a text for customers may break. */
export interface PlatformRule {
  name: string
  /** Where it stands and since when it was enforced as we know it. */
  source: string
  patterns: readonly RegExp[]
}

/** What counts as given for it. */
const REWARD =
  '(?:红包|现金|返现|返\\d|返利|返券|优惠券|代金券|券|积分|礼品|礼物|赠品|有?奖|抽(?!空|时间|油|出)|免费|免单|0元|零元|\\d折' +
  '|送(?!货|达|到|上门|餐|去)|领(?!导|域)|赢|减(?!脂|肥)|得(?:\\d|一|精美|.{0,3}(?:券|礼|积分|红包)))'
const CLOSE = '[^。！？!?\\n]{0,24}'
/** A question may come first: 想要免费试吃？只要…… */
const NEAR = '[^。！!\\n]{0,24}'
const FRIENDS = '(?:朋友圈|微信群|\\d*个?群|好友|朋友|闺蜜|亲友|家人群|同事群)'
const SHARE = `(?:(?:转发|分享|转给|发送?|晒)(?:本|这条|此|下面|海报|链接|图片|消息|活动|一下|出去){0,3}(?:到|至|给|在|进)?(?:您|你|自己|我们|身边)?的?(?:[\\d一二三四五六七八九十两几]+[个位名])?${FRIENDS}|${FRIENDS}(?:转发|分享|截图)|发圈|晒圈|转发(?:本|这条|此|海报|链接|活动))`

/** Patterns of what is done for what, not words: a script that says «觉得好可以分享给朋友» breaks nothing. */
export const PLATFORM_RULES: readonly PlatformRule[] = [
  {
    name: '诱导分享',
    source: '微信外部链接内容管理规范 2.1.2，2026-02-04 起严查',
    patterns: [
      new RegExp(`${SHARE}${CLOSE}${REWARD}`),
      new RegExp(`${REWARD}${NEAR}(?:只要|需要|先|凭|请|要)${CLOSE}${SHARE}`),
    ],
  },
  {
    name: '集赞、助力、砍价、拉人任务',
    source: '微信外部链接内容管理规范 2.1.2，2026-02-04 起严查',
    patterns: [
      /[集攒]满?\d*个?赞|点赞满?\d+|求(?:点?赞|助力|帮砍)|(?:截图|凭).{0,8}\d+个?赞/,
      /(?:好友|朋友|帮(?:我|忙|您)?|邀请|\d+人)助力|助力(?:领|得|拿|免|满|成功|\d|值)|帮(?:我|忙)?(?:点一下|投票|加速)/,
      /(?:好友|朋友|帮(?:我|忙)?|找人|邀人?|一起)砍|砍一?刀|砍(?:价)?(?:到|得|拿|领|免|满)?(?:0元|零元|免费|免单)|砍价.{0,6}(?:免费|0元|零元|得|拿)/,
      new RegExp(`(?:拉|邀请?|带)(?:满|够)?\\d+(?:个|位|名)?(?:新?人|好友|朋友|新客)${CLOSE}${REWARD}`),
      new RegExp(`(?:连续)?打卡${CLOSE}(?:返|免单|${FRIENDS})`),
    ],
  },
  {
    name: '引到个人微信给好处',
    source: '企业微信使用规范（诱导与骚扰），再犯永久封号',
    patterns: [
      new RegExp(
        `(?:加|添加|扫码?加?)(?:一下)?(?:我|老板|店主|客服|店长)?的?(?:个人|私人|小号)的?(?:微信|号|vx|wx|薇信|威信)${CLOSE}${REWARD}`,
        'i',
      ),
      new RegExp(`(?:vx|wx|薇信|威信|微❤|加微)[:：]?\\w*${CLOSE}${REWARD}`, 'i'),
    ],
  },
  {
    name: '好评返现',
    source: '电子商务法第十七条、反不正当竞争法第八条；各平台自 2021 年起严查',
    patterns: [
      new RegExp(
        `(?:好评|五星|5星|晒单|晒图|追评|带图评价)${CLOSE}(?:返|红包|现金|[领送得]${CLOSE}(?:券|元|礼|积分|一份))`,
      ),
    ],
  },
]

/** Traditional characters of the patterns, each before its simplified form. */
const TRADITIONAL =
  '轉转發发贊赞讚赞領领獎奖積积禮礼贈赠單单紅红現现優优親亲閨闺點点幫帮請请滿满個个條条鏈链連连圖图動动給给進进曬晒評评價价號号碼码掃扫達达門门間间羣群貼贴訊讯賺赚錢钱貨货導导時时聯联邊边檔档簽签見见團团拼拼隊队員员戰战減减贏赢爾尔們们這这為为過过'
const SIMPLIFIED = new Map(
  [...TRADITIONAL].flatMap((char, at, all) => (at % 2 === 0 ? [[char, all[at + 1] ?? char] as const] : [])),
)
const simplified = (text: string): string => [...text].map((char) => SIMPLIFIED.get(char) ?? char).join('')

/** The first rule that the text breaks, and the words that do. */
export function brokenRule(text: string): { rule: PlatformRule; words: string } | undefined {
  const plain = simplified(text.normalize('NFKC').replaceAll(/[ \t\p{Cf}]/gu, ''))
  for (const rule of PLATFORM_RULES) {
    for (const pattern of rule.patterns) {
      const found = pattern.exec(plain)
      if (found !== null) return { rule, words: found[0] }
    }
  }
  return undefined
}
