import { expect, it } from 'vitest'
import { drawPoint } from '../../core/kernel/draw.ts'
import type { Variants } from '../../rules/book/variants-of.ts'
import type { Condition } from '../../rules/schema/condition.ts'
import { armOf, variantPicker } from './pick-variant.ts'

const PEOPLE = Array.from({ length: 10_000 }, (_, n) => `wm${n}`)
const splitInto = (shares: Record<string, number>): Variants => ({
  by: 'split',
  of: Object.entries(shares).map(([name, weight]) => ({ name, weight, content: { text: name } })),
})
const KEY = 'split:send:大促'

it.each<Record<string, number>>([
  { A: 50, B: 50 },
  { A: 90, B: 10 },
  { A: 50, B: 30, C: 20 },
  { A: 1, B: 99 },
])('over ten thousand people each arm of %o is near its share', (shares) => {
  const variants = splitInto(shares)
  for (const [index, weight] of Object.values(shares).entries()) {
    const many = PEOPLE.filter((id) => armOf(KEY, id, variants) === index).length
    // Four standard deviations of so many draws.
    const reach = 4 * Math.sqrt(PEOPLE.length * (weight / 100) * (1 - weight / 100))
    expect(Math.abs(many - PEOPLE.length * (weight / 100))).toBeLessThan(reach)
  }
})

it('who draws which arm has nothing to do with who is held out, nor with the draw of another send', () => {
  const variants = splitInto({ A: 50, B: 50 })
  const inFirst = (ids: readonly string[], key = KEY): number =>
    ids.filter((id) => armOf(key, id, variants) === 0).length / ids.length
  const heldOut = PEOPLE.filter((id) => drawPoint('send:大促', id) < 0.2)
  const first = PEOPLE.filter((id) => armOf(KEY, id, variants) === 0)
  expect(inFirst(heldOut)).toBeGreaterThan(0.45)
  expect(inFirst(heldOut)).toBeLessThan(0.55)
  expect(inFirst(first, 'split:send:另一个')).toBeGreaterThan(0.45)
  expect(inFirst(first, 'split:send:另一个')).toBeLessThan(0.55)
})

it('the same person draws the same arm, whoever else is asked about', async () => {
  const meets = (): Promise<ReadonlySet<string>> => Promise.reject(new Error('a split asks for no condition'))
  const pick = () => variantPicker(splitInto({ A: 50, B: 50 }), { drawnBy: KEY, meets })
  const [one, again] = [await pick(), await pick()]
  expect(PEOPLE.slice(0, 50).reverse().map(again).reverse()).toEqual(PEOPLE.slice(0, 50).map(one))
})

it('of conditions the first that holds decides, and the last version is for the rest', async () => {
  const when = (path: string): Condition => ({ kind: 'test', path, test: { known: true } })
  const variants: Variants = {
    by: 'choose',
    of: [
      { name: '甲', when: when('a'), content: {} },
      { name: '乙', when: when('b'), content: {} },
      { name: '其余', content: {} },
    ],
  }
  const met: Record<string, ReadonlySet<string>> = { a: new Set(['both', 'onlyA']), b: new Set(['both', 'onlyB']) }
  const pick = await variantPicker(variants, {
    drawnBy: undefined,
    meets: (condition) => Promise.resolve(met[condition.kind === 'test' ? condition.path : ''] ?? new Set()),
  })
  expect(['both', 'onlyA', 'onlyB', 'neither'].map(pick)).toEqual(['甲', '甲', '乙', '其余'])
})

it('without versions nobody has one, and nothing is asked', async () => {
  const pick = await variantPicker(undefined, { drawnBy: undefined, meets: () => Promise.reject(new Error('asked')) })
  expect(pick('wm1')).toBeUndefined()
})
