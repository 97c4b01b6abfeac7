import { asksForLink, linksAskedFor } from '../operations/welcome/fill-names.ts'
import type { RuleBook } from '../rules/book/rule-book.ts'

/** More are counted, not named. */
const NAMED = 3

/** What becomes of customers' own links while PUBLIC_URL is not set, in Chinese; undefined: no text asks for one. */
export function linksWithoutAddress({ welcomes, scripts }: Pick<RuleBook, 'welcomes' | 'scripts'>): string | undefined {
  const texts = [
    ...[...welcomes.values()].flatMap(({ name, value }) =>
      [value, ...(value.hours ?? [])].map(({ text = '' }) => ({ name: `欢迎语「${name}」`, text })),
    ),
    ...[...scripts.values()].map(({ value }) => ({ name: `话术「${value.title}」`, text: value.text })),
  ]
  const named = (asks: (text: string) => boolean): string | undefined => {
    const names = [...new Set(texts.filter(({ text }) => asks(text)).map(({ name }) => name))]
    if (names.length === 0) return undefined
    return `${names.slice(0, NAMED).join('、')}${names.length > NAMED ? ` 等 ${names.length} 处` : ''}`
  }
  const optOut = named(asksForLink)
  const tracked = named((text) => linksAskedFor(text).length > 0)
  if (optOut === undefined && tracked === undefined) return undefined
  return [
    ...(optOut === undefined ? [] : [`${optOut}里的 {退订链接} 是空的，欢迎语会去掉那一行，话术发不出去`]),
    ...(tracked === undefined ? [] : [`${tracked}里的 {链接:…} 只是原来的网址，谁点了不知道`]),
  ].join('；')
}
