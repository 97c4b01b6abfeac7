import { describe, expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { LibraryScript, RuleBook } from '../../rules/book/rule-book.ts'
import type { Facts, FactValue } from '../../rules/condition/fact.ts'
import { conditionOf } from '../../rules/condition/parse-condition.ts'
import { EMPTY_BOOK } from '../../rules/rule-book-holder.ts'
import type { ScriptRule } from '../../rules/schema/rule-files.ts'
import { createScriptsLibrary } from './scripts-library.ts'

type Written = Pick<ScriptRule, 'id' | 'title'> & Partial<ScriptRule> & { domain?: string; situation?: string }

function bookOf(written: Written[]): RuleBook {
  const scripts = written.map(({ domain = '售前', situation = '开场', ...rest }, order): LibraryScript => {
    const value: ScriptRule = { aim: '目的', expect: '回答', text: '内容', ...rest }
    const forCondition = value.for === undefined ? undefined : conditionOf(value.for, VOCABULARY.facts)
    return {
      name: value.id,
      version: JSON.stringify(value),
      file: 'x',
      value,
      domain,
      situation,
      order,
      forCondition,
    }
  })
  return { ...EMPTY_BOOK, version: String(written.length), scripts: new Map(scripts.map((one) => [one.name, one])) }
}

function library(...written: Written[]) {
  let book = bookOf(written)
  const listeners: ((book: RuleBook) => void)[] = []
  const scripts = createScriptsLibrary({
    vocabulary: VOCABULARY,
    rules: { current: () => book, onChange: (listener) => listeners.push(listener) },
  })
  return {
    ...scripts,
    ids: (query: string, limit?: number) =>
      scripts.search(query, limit ? { limit } : {}).scripts.map((script) => script.name),
    replace: (...next: Written[]) => {
      book = bookOf(next)
      for (const listener of listeners) listener(book)
    },
  }
}

const SHOP: Written[] = [
  { id: 'coupon', title: '新人优惠券怎么用', text: '券在您账户里，满 99 减 20。' },
  { id: 'thaw', title: '正常解冻', text: '前一晚放冷藏。化冻以后不要再冻。', keywords: ['血水'] },
  { id: 'pan', title: '平底锅煎法', text: '先回温，再下锅。银行卡支付立减。' },
  { id: 'vip', title: '邀请进VIP群', text: '给您留了位置。优惠券也放好了。', situation: '邀请' },
]

it('the places of names are not found as words', () => {
  const { ids } = library({ id: 'hello', title: '打招呼', text: '{客户昵称}，我是{导购名}，在的' })
  expect(['昵称', 'khnc', 'daogou', '导购', '在的', '我是'].map((word) => [word, ids(word).length])).toEqual([
    ['昵称', 0],
    ['khnc', 0],
    ['daogou', 0],
    ['导购', 0],
    ['在的', 1],
    ['我是', 1],
  ])
})

describe('search', () => {
  const { ids } = library(...SHOP)

  it.each([
    ['yhq', ['coupon', 'vip'], 'initials; titles before texts'],
    ['youhui', ['coupon', 'vip'], 'full pinyin'],
    ['youhuiq', ['coupon', 'vip'], 'the last syllable half typed'],
    ['优惠', ['coupon', 'vip'], 'two Chinese characters'],
    ['券', ['coupon', 'vip'], 'one Chinese character'],
    ['jd', ['thaw'], 'two initials, in a title'],
    ['血水', ['thaw'], 'a keyword'],
    ['xs', ['thaw'], 'the initials of a keyword'],
    ['VIP', ['vip'], 'capitals'],
    ['ｖｉｐ', ['vip'], 'full-width letters'],
    ['jvip', ['vip'], 'Chinese initials and Latin letters side by side'],
    ['yinhang', ['pan'], 'the reading that fits its neighbours'],
    ['99', ['coupon'], 'digits'],
    ['邀请 vip', ['vip'], 'two words'],
    ['优惠券 账户', ['coupon'], 'every word must be found'],
    ['优惠券　位置', ['vip'], 'a full-width space parts words, too'],
  ])('%s finds %j: %s', (query, expected) => {
    expect(ids(query)).toEqual(expected)
  })

  it.each([
    ['dgmd', 'letters that stand nowhere side by side'],
    ['ouhui', 'the middle of a syllable is no beginning'],
    ['wz', 'two initials say too little in a text'],
    ['jdy', 'initials do not reach over a full stop'],
    ['yinxing', 'another reading of 行'],
    ['优券', 'characters that are not side by side'],
    ['', 'nothing'],
    ['  ，', 'nothing but marks'],
    ["%_'\\", 'signs of other search languages'],
  ])('%s finds nothing: %s', (query) => {
    expect(ids(query)).toEqual([])
  })

  it('gives at most as many as asked for', () => {
    expect(ids('yhq', 1)).toEqual(['coupon'])
  })

  it('bears a query of any length', () => {
    expect(ids('优惠券'.repeat(10_000))).toEqual([])
  })

  it('follows the rules in force at once', () => {
    const changing = library(...SHOP)
    expect(changing.ids('yhq')).toEqual(['coupon', 'vip'])
    changing.replace({ id: 'coupon', title: '满减怎么用' }, { id: 'new', title: '优惠券' })
    expect(changing.ids('yhq')).toEqual(['new'])
    expect(changing.get('vip')).toBeUndefined()
  })
})

describe('proposals', () => {
  const facts = (...entries: [string, FactValue][]): Facts => new Map(entries)
  const { proposedFor } = library(
    { id: 'anybody', title: '谁都行' },
    { id: 'unpaid', title: '没下单', for: { 'orders.paid.count': 0 } },
    {
      id: 'parcel',
      title: '包裹卡',
      for: { channel: '包裹卡', 'orders.paid.count': 0 },
      because: '他从包裹卡来，还没下过单',
    },
    { id: 'paid', title: '下过单', for: { 'orders.paid.count': { gte: 1 } } },
  )

  it('are the scripts meant for this customer, the closest first, each with its reason', () => {
    const found = proposedFor(facts(['channel', '包裹卡'], ['orders.paid.count', 0]))
    expect(found.map(({ script, because }) => [script.name, because])).toEqual([
      ['parcel', '他从包裹卡来，还没下过单'],
      ['unpaid', '已付款订单数是 0'],
    ])
  })

  it('leave out what is meant for others, and scripts for nobody in particular', () => {
    expect(proposedFor(facts(['orders.paid.count', 3])).map(({ script }) => script.name)).toEqual(['paid'])
    expect(proposedFor(facts())).toEqual([])
  })
})

it('the tree keeps the order of the files, domain → situation → scripts', () => {
  const { tree } = library(
    { id: 'a', title: 'A', domain: '售后', situation: '破损' },
    { id: 'b', title: 'B', domain: '售前', situation: '开场' },
    { id: 'c', title: 'C', domain: '售后', situation: '退款' },
    { id: 'd', title: 'D', domain: '售后', situation: '破损' },
  )
  const shown = tree().map(({ domain, situations }) => [
    domain,
    situations.map(({ situation, scripts }) => [situation, scripts.map((script) => script.name)]),
  ])
  expect(shown).toEqual([
    [
      '售后',
      [
        ['破损', ['a', 'd']],
        ['退款', ['c']],
      ],
    ],
    ['售前', [['开场', ['b']]]],
  ])
})

it('a script is prepared for searching once, however often anybody searches', () => {
  const written = bookOf(SHOP)
  let reads = 0
  const counted = [...written.scripts.values()].map((script): [string, LibraryScript] => {
    const { text, ...rest } = script.value
    const value: ScriptRule = {
      ...rest,
      get text() {
        reads += 1
        return text
      },
    }
    return [script.name, { ...script, value }]
  })
  const book: RuleBook = { ...written, scripts: new Map(counted) }
  const { search } = createScriptsLibrary({
    vocabulary: VOCABULARY,
    rules: { current: () => book, onChange: () => {} },
  })
  for (const query of ['优惠券', 'yhq', 'youhui', 'zzzz']) search(query)
  expect(reads).toBe(SHOP.length)
})
