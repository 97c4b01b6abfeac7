import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const PAGES = ['.', 'docs', 'docs/decisions', 'config', 'bench', 'sandbox', 'migrations'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
)
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
const textOf = (page: string): string => readFileSync(page, 'utf8')
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? '')
/** Paths of ours as prose and commands name them, without a place holder in them. */
const PATH =
  /(?:^|[\s`(])((?:\.\/)?(?:server|sidebar|sandbox|migrations|bench|docs|scripts)\/[\w./-]*\w\/?)(?=[\s`),;:]|$)/gm

describe.each(PAGES)('%s', (page) => {
  it('links to what exists', () => {
    const targets = all(textOf(page), /\]\(([^)\s#]+)[^)]*\)/g).filter((target) => !/^\w+:/.test(target))
    expect(targets.filter((target) => !existsSync(join(dirname(page), target)))).toEqual([])
  })

  it('names commands and paths that exist', () => {
    const commands = all(textOf(page), /npm run (?:-s |--silent )?([\w:-]+)/g)
    expect(commands.filter((command) => scripts[command] === undefined)).toEqual([])
    expect(all(textOf(page), PATH).filter((path) => !existsSync(path))).toEqual([])
  })
})

const TRANSLATED = PAGES.filter((page) => page.endsWith('.zh-CN.md')).map(
  (zh) => [zh.replace('.zh-CN', ''), zh] as const,
)

it('what a newcomer and a host read is there in both languages', () => {
  expect(TRANSLATED.map(([en]) => en).sort()).toEqual([
    'README.md',
    'docs/add-to-it.md',
    'docs/connect-a-corp.md',
    'docs/experiments.md',
    'docs/ha.md',
    'docs/real-client.md',
    'docs/rules.md',
    'docs/running.md',
    'docs/scale.md',
    'docs/shop-data.md',
    'docs/shops.md',
  ])
})

it.each(TRANSLATED)('%s and %s tell the same commands, settings, routes and paths', (en, zh) => {
  const facts = (page: string): string[] =>
    [
      ...all(textOf(page), /(npm run (?:-s )?[\w:-]+)/g),
      ...all(textOf(page), /\b([A-Z]+_[A-Z_]+)\b/g),
      ...all(textOf(page), /`(?:POST )?(\/[\w/]+)`/g),
      ...all(textOf(page), PATH),
    ].map((fact) => fact.replace('.zh-CN', ''))
  expect([...new Set(facts(zh))].sort()).toEqual([...new Set(facts(en))].sort())
  expect(textOf(en)).toContain(`](${zh.split('/').at(-1)})`)
  expect(textOf(zh)).toContain(`](${en.split('/').at(-1)})`)
})
