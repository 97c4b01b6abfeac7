import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideAdd, decideLoss, type Friendship } from './friendship.ts'

const T = Date.parse('2026-11-22T09:00:00+08:00')
const friends: Friendship = {
  active: true,
  half: false,
  announced: true,
  addedAtMs: T,
  lastAddAtMs: T,
  lastLossAtMs: undefined,
}

describe('decideAdd', () => {
  it('begins for a pair never heard of', () => {
    expect(decideAdd(undefined, { atMs: T, half: false })).toEqual({ kind: 'begins', again: false })
  })

  it('goes on when the guide accepts days later', () => {
    expect(decideAdd({ ...friends, half: true }, { atMs: T + 3 * 86_400_000, half: false })).toEqual({
      kind: 'goes-on',
      accepted: true,
    })
  })

  it('goes on when the half add comes behind the add', () => {
    expect(decideAdd(friends, { atMs: T - 2_000, half: true })).toEqual({ kind: 'goes-on', accepted: false })
  })

  it('begins again when the loss in between was never told', () => {
    expect(decideAdd(friends, { atMs: T + 1_000, half: false })).toEqual({ kind: 'begins', again: true })
  })

  it('begins for a friend whom a sync found in the same moment', () => {
    expect(decideAdd({ ...friends, announced: false }, { atMs: T - 1_000, half: false })).toEqual({
      kind: 'begins',
      again: false,
    })
  })

  it('is past for a friend whom a sync found and who came back since', () => {
    expect(decideAdd({ ...friends, announced: false }, { atMs: T - 86_400_000, half: false })).toEqual({ kind: 'past' })
  })

  it('is past before the last loss', () => {
    const gone = { ...friends, active: false, lastLossAtMs: T + 60_000 }
    expect(decideAdd(gone, { atMs: T + 30_000, half: false })).toEqual({ kind: 'past' })
    expect(decideAdd(gone, { atMs: T + 61_000, half: false })).toEqual({ kind: 'begins', again: true })
  })
})

describe('decideLoss', () => {
  it('ends what began in the same second: what arrives later happened later', () => {
    expect(decideLoss(friends, T)).toBe('ends')
    expect(decideLoss({ ...friends, lastAddAtMs: undefined }, T)).toBe('ends')
  })

  it('ends what began before, not what began later', () => {
    expect(decideLoss(friends, T + 1_000)).toBe('ends')
    expect(decideLoss(friends, T - 1_000)).toBe('past')
    expect(decideLoss({ ...friends, active: false }, T + 1_000)).toBe('ended-already')
    expect(decideLoss(undefined, T)).toBe('ends')
  })
})

/** The same steps as the subscriptions take. */
function live(known: Friendship | undefined, event: { kind: 'add' | 'loss'; atMs: number }): Friendship | undefined {
  if (event.kind === 'add') {
    const decision = decideAdd(known, { atMs: event.atMs, half: false })
    if (decision.kind === 'begins') {
      return { ...friends, addedAtMs: event.atMs, lastAddAtMs: event.atMs, lastLossAtMs: known?.lastLossAtMs }
    }
    return known
  }
  const before = known ?? { ...friends, addedAtMs: undefined, lastAddAtMs: undefined }
  const lastLossAtMs = Math.max(before.lastLossAtMs ?? 0, event.atMs)
  return { ...before, lastLossAtMs, active: before.active && decideLoss(known, event.atMs) !== 'ends' }
}

describe('a pair', () => {
  it('ends up as its last event says, in whatever order and however often the events come', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.nat()),
        (gaps, picks) => {
          let atMs = T
          const events = gaps.map((gap, index) => {
            atMs += gap * 1_000
            return { kind: index % 2 === 0 ? ('add' as const) : ('loss' as const), atMs }
          })
          const last = events.at(-1)
          const queue = [...events, ...events]
          let pair: Friendship | undefined
          while (queue.length > 0) {
            const at = (picks.next().value ?? 0) % queue.length
            const [event] = queue.splice(at, 1)
            if (event !== undefined) pair = live(pair, event)
          }
          expect(pair?.active).toBe(last?.kind === 'add')
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
