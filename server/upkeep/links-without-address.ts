import { asksForLink, linksAskedFor } from '../operations/welcome/fill-names.ts'
import type { RuleBook } from '../rules/book/rule-book.ts'
import { everyStep } from '../rules/book/sop-branches.ts'
import { allTextOf } from '../rules/book/variants-of.ts'

/** More are counted, not named. */
const NAMED = 3

type Texts = Pick<RuleBook, 'welcomes' | 'scripts' | 'sends' | 'moments' | 'pools' | 'sops'>
interface Named {
  name: string
  text: string
}

const forOne = ({ welcomes, scripts }: Texts): Named[] => [
  ...[...welcomes.values()].flatMap(({ name, value }) =>
    [value, ...(value.hours ?? [])].map(({ text = '' }) => ({ name: `欢迎语「${name}」`, text })),
  ),
  ...[...scripts.values()].map(({ value }) => ({ name: `话术「${value.title}」`, text: value.text })),
]

const forMany = ({ sends, moments, pools, sops }: Texts): Named[] => [
  ...[...sends.values()].map(({ name, value }) => ({ name: `群发「${name}」`, text: allTextOf(value.content) })),
  ...[...moments.values()].map(({ name, value }) => ({ name: `朋友圈「${name}」`, text: value.content.text ?? '' })),
  ...[...pools.values()].map(({ name, value }) => ({
    name: `群池「${name}」的入群欢迎语`,
    text: value.welcome?.text ?? '',
  })),
  ...[...sops.values()].flatMap(({ title, steps }) =>
    everyStep(steps).flatMap((step) =>
      'message' in step ? [{ name: `SOP「${title}」的消息`, text: step.message.text ?? '' }] : [],
    ),
  ),
]

function named(texts: Named[], asks: (text: string) => boolean): string | undefined {
  const names = [...new Set(texts.filter(({ text }) => asks(text)).map(({ name }) => name))]
  if (names.length === 0) return undefined
  return `${names.slice(0, NAMED).join('、')}${names.length > NAMED ? ` 等 ${names.length} 处` : ''}`
}

const asksForTracked = (text: string): boolean => linksAskedFor(text).length > 0

/** What becomes of links while PUBLIC_URL is not set, in Chinese; undefined: no text asks for one. */
export function linksWithoutAddress(book: Texts): string | undefined {
  const optOut = named(forOne(book), asksForLink)
  const tracked = named([...forOne(book), ...forMany(book)], asksForTracked)
  if (optOut === undefined && tracked === undefined) return undefined
  return [
    ...(optOut === undefined ? [] : [`${optOut}里的 {退订链接} 是空的，欢迎语会去掉那一行，话术发不出去`]),
    ...(tracked === undefined ? [] : [`${tracked}里的 {链接:…} 只是原来的网址，谁点了不知道`]),
  ].join('；')
}

/** What is not known of links in texts for many while LINK_LOGIN is not set, in Chinese; undefined: none asks for one. */
export function linksOfNobody(book: Texts): string | undefined {
  const tracked = named(forMany(book), asksForTracked)
  return tracked === undefined ? undefined : `${tracked}里的 {链接:…} 大家是同一个网址，只知道有人点了，不知道是谁`
}
