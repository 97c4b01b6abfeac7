import { describe, expect, it } from 'vitest'
import { MOST_VISITS, parseVisits } from './visit-body.ts'

const visit = (change: object = {}) => ({
  ...{ visitId: 'v1', source: '小程序', customer: { phone: '13800001111' }, kind: 'view', at: 1_795_859_990_000 },
  ...change,
})
const parse = (...changes: object[]) => parseVisits({ visits: changes.map(visit) })

it('takes what the shop knows, and names what it does not', () => {
  expect(parse({ page: '', product: null, quantity: null, keyword: ' ', scene: null })).toEqual([
    {
      ...{ visitId: 'v1', source: '小程序', customer: { phone: '13800001111' }, kind: 'view', atMs: 1_795_859_990_000 },
      ...{ page: undefined, product: undefined, quantity: 1, keyword: undefined, scene: undefined },
    },
  ])
  const product = { id: ' 75 ', priceFen: 13_800, category: '面霜' }
  expect(parse({ at: '2026-11-29T10:00:00+08:00', product, quantity: 0, rank: 1 })).toMatchObject([
    { product: { id: '75', name: '75', priceFen: 13_800, category: '面霜' }, quantity: 0 },
  ])
})

it('keeps what was searched for, without phones, and the way in, which may be a number', () => {
  const [one, other] = parse({ keyword: ` 13800001111 ${'长'.repeat(200)}`, scene: 1011 }, { scene: ' link-7 ' })
  expect(one?.keyword).toMatch(/^138\*+1111 长+$/)
  expect(one?.keyword).toHaveLength(100)
  expect([one?.scene, other?.scene]).toEqual(['1011', 'link-7'])
})

it('long pages are cut, phones in them and in names masked', () => {
  const [one] = parse({
    page: `/p?m=13800001111&q=${'长'.repeat(1_000)}`,
    product: { id: '1', name: '寄 13800001111' },
  })
  expect(one?.page).toHaveLength(190)
  expect(JSON.stringify([one?.page, one?.product])).not.toContain('13800001111')
})

describe('refused whole, by field and never with the value', () => {
  it.each([
    ['nothing', [], '/visits'],
    ['too many', Array.from({ length: MOST_VISITS + 1 }, () => ({})), '/visits'],
    ['no id', [{}, { visitId: ' ' }], '/visits/1/visitId'],
    ['no source', [{ source: '\t' }], '/visits/0/source'],
    ['another kind', [{ kind: '13800001111' }], '/visits/0/kind'],
    ['seconds', [{ at: 1_795_859_990 }], '/visits/0/at'],
    ['no instant', [{ at: undefined }], '/visits/0'],
    ['goods without a number', [{ product: { name: '肉' } }], '/visits/0/product'],
    ['less than nothing', [{ quantity: -1 }], '/visits/0/quantity'],
    ['a way in that is neither', [{ scene: true }], '/visits/0/scene'],
  ])('%s', (_what, changes, field) => {
    let told: unknown
    try {
      parse(...changes)
    } catch (error) {
      told = error
    }
    expect(told).toMatchObject({ code: 'visits.invalid', status: 400 })
    expect(String((told as Error).message)).toContain(field)
    expect(String((told as Error).message)).not.toContain('13800001111')
  })
})
