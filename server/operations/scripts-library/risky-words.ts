import { brokenRule } from '../../rules/checks/platform-rules.ts'
import { claimsWork } from '../../rules/script-claims.ts'

interface Kind {
  words: readonly (string | RegExp)[]
  why: string
}

const KINDS: readonly Kind[] = [
  {
    // 广告法第九条第三项: 「国家级」「最高级」「最佳」 and the like.
    words: [
      ...[
        '国家级',
        '世界级',
        '最高级',
        '最佳',
        '最好',
        '最优',
        '最低价',
        '最便宜',
        '最先进',
        '最安全',
        '最正宗',
        '唯一',
      ],
      ...['独一无二', '绝无仅有', '史无前例', '顶级', '顶尖', '极品', '万能', '百分之百', '100%', '零风险'],
      /(?:全网|全国|全球|行业|销量|品质)第一/,
    ],
    why: '广告法第九条不许用绝对化的说法',
  },
  {
    // 广告法第十七条.
    words: ['治疗', '治愈', '疗效', '根治', '药到病除', '降血压', '降血糖', '降血脂', '抗癌', '防癌', '增强免疫'],
    why: '普通商品不能说治病和功效（广告法第十七条）',
  },
  {
    words: ['刷单', '私下转账', '转账给我', '转我微信', '个人微信', '加我私人', '稳赚', '包赚', '保本'],
    why: '容易被判成违规营销，或者绕开了公司收款',
  },
  { words: [/(?<!\d)1[3-9]\d{9}(?!\d)/, /(?<!\d)\d{16,19}(?!\d)/], why: '会发给很多人，不要写电话和卡号' },
]

export interface Risk {
  word: string
  /** Chinese. */
  why: string
}

/** What in a script should be looked at again before it goes to many people, each once: what breaks a rule of the platform first.
 *  It warns and forbids nothing: 「不是最便宜的」 is found as well. Source: 广告法 (2021) Articles 9 and 17. */
export function riskyWords(text: string): Risk[] {
  const broken = brokenRule(text)
  const plain = text.normalize('NFKC').replace(/\s+/g, '')
  return [
    ...(broken === undefined ? [] : [{ word: broken.words, why: `是${broken.rule.name}，会被封号` }]),
    ...KINDS.flatMap(({ words, why }) =>
      words.flatMap((one) => {
        const word = typeof one === 'string' ? (plain.includes(one) ? one : undefined) : one.exec(plain)?.[0]
        return word === undefined ? [] : [{ word, why }]
      }),
    ),
    ...(claimsWork(text) ? [{ word: '替您算过、查过', why: '发之前要真的查过' }] : []),
  ]
}
