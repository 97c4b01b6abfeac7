import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const css = readFileSync('sidebar/src/ui/theme.css', 'utf8')

const [day = '', night = ''] = css.split('@media (prefers-color-scheme: dark)')

const coloursIn = (text: string): Map<string, string> =>
  new Map([...text.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{6});/g)].map(([, name = '', colour = '']) => [name, colour]))

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

/** Words, and what they stand on somewhere in the pane. */
const PAIRS: [string, string][] = [
  ...['ink', 'ink-2', 'ink-3', 'water', 'amber', 'clay'].flatMap((word): [string, string][] => [
    [word, 'paper'],
    [word, 'card'],
  ]),
  ['on-water', 'water'],
  ['on-water', 'water-press'],
  ['water', 'water-soft'],
  ['amber', 'amber-soft'],
  ['clay', 'clay-soft'],
  ['hand-ink', 'hand'],
  ['gold-ink', 'gold'],
  ['gold-ink', 'gold-2'],
  ['toast-ink', 'toast'],
]

test.each([
  ['by day', coloursIn(day)],
  ['by night', new Map([...coloursIn(day), ...coloursIn(night)])],
])('words can be read %s: 4.5 to 1 at least', (_when, colours) => {
  const weak = PAIRS.map(([word, ground]): [string, number] => [
    `${word} on ${ground}`,
    contrast(colours.get(word) ?? '#000000', colours.get(ground) ?? '#000000'),
  ]).filter(([, ratio]) => ratio < 4.5)
  expect(weak).toEqual([])
})

test('every colour of the day has one for the night', () => {
  const same = [...coloursIn(day).keys()].filter((name) => !coloursIn(night).has(name))
  expect(same).toEqual([])
})
