import { afterEach, expect, it } from 'vitest'
import { createSeededRandom } from '../../../sandbox/random.ts'
import { openTierScene, type TierScene } from './testing/tier-scene.ts'

/** The stages of a life with the shop, as a ladder. */
const STAGES = `ladder: 阶段
levels:
  - { level: 忠诚, when: { orders.paid.count: { gte: 3 } }, keep: { orders.paid.count: { gte: 2 } }, tag: 阶段/忠诚 }
  - { level: 复购, when: { orders.paid.count: { gte: 2 } }, tag: 阶段/复购 }
  - { level: 首单, when: { orders.paid.count: { gte: 1 } }, tag: 阶段/首单 }
  - { level: 潜客 }
moves: auto
coolDownDays: 2
`
/** Where everybody begins, without a move. */
const FIRST = '潜客'
const NAMES = ['忠诚', '复购', '首单', FIRST]
const CONFIG = {
  'tags.yaml': 'tags:\n  - { group: 阶段, names: [忠诚, 复购, 首单] }\n',
  'tiers/阶段.yaml': STAGES,
}

let t: TierScene
afterEach(() => t.close())

interface Move {
  id: number
  external_userid: string
  from_level: string | null
  to_level: string
  moved_at: number
}
const movesOf = async (id: string): Promise<Move[]> =>
  (await t.rawRows<Move & { [column: string]: unknown }>('SELECT * FROM tier_move ORDER BY id')).filter(
    (move) => move.external_userid === id,
  )
const stagesOf = async (id: string): Promise<string[]> =>
  (
    await t.rawRows<{ path: string }>('SELECT path FROM customer_tier WHERE external_userid = ? AND ladder = ?', [
      id,
      '阶段',
    ])
  ).map(({ path }) => path)

/** Each is on one stage; its moves lead there without a gap, and those that were there before are there still. */
async function checked(ids: readonly string[], before: Map<string, Move[]>): Promise<void> {
  for (const id of ids) {
    const stages = await stagesOf(id)
    expect(stages).toHaveLength(1)
    const moves = await movesOf(id)
    expect(moves.slice(0, before.get(id)?.length ?? 0)).toEqual(before.get(id) ?? [])
    for (const [nth, move] of moves.entries()) {
      const earlier = moves[nth - 1]
      expect(move.from_level).toBe(earlier?.to_level ?? FIRST)
      expect(move.moved_at).toBeGreaterThanOrEqual(earlier?.moved_at ?? 0)
    }
    const stage = moves.at(-1)?.to_level ?? FIRST
    expect(stages).toEqual([`阶段/${stage}`])
    expect((await t.tagsOf(id)) ?? []).toEqual(stage === FIRST ? [] : stages)
    before.set(id, moves)
  }
}

const SEEDS = (process.env.STAGE_SEEDS ?? '1,2').split(',').map(Number)

it.each(SEEDS)(
  'whatever happens to a person, they are on exactly one stage, and all they were on is kept (history %i)',
  async (seed) => {
    t = await openTierScene(CONFIG)
    const random = createSeededRandom(seed)
    const ids = [await t.customer(), await t.customer()]
    const paid = new Map<string, string[]>(ids.map((id) => [id, []]))
    const before = new Map<string, Move[]>()
    const seen = new Set<string>()
    for (let nth = 0; nth < 24; nth++) {
      const id = random.pick(ids)
      const orders = paid.get(id) ?? []
      switch (random.int(7)) {
        case 0:
        case 1:
        case 2:
          orders.push(`o${nth}`)
          await t.order(id, `o${nth}`, 100)
          break
        case 3: {
          const order = orders.pop()
          if (order !== undefined) await t.order(id, order, 100, 'refunded')
          break
        }
        case 4:
          await t.nights(1 + random.int(4))
          break
        case 5: {
          const wish = { ladder: '阶段', externalUserId: id, level: random.pick(NAMES), reason: { text: '店长' } }
          await t.db.tx((tx) => t.huoshui.tiers.set(tx, { ...wish, key: `hand:${nth}` }))
          await t.settle()
          break
        }
        default:
          // Everything once more.
          await t.again()
      }
      await t.advance(60_000)
      await checked(ids, before)
      for (const one of ids) for (const stage of await stagesOf(one)) seen.add(stage)
    }
    expect(seen.size).toBeGreaterThan(2)
    expect([...before.values()].flat().length).toBeGreaterThan(4)
  },
  300_000,
)
