export interface Taker {
  userId: string
  /** Customers now and on their way. */
  has: number
  most: number
}

export interface Candidate {
  externalUserId: string
  /** By an assignment; undefined: whoever has the fewest of this plan. */
  preferred: string | undefined
  /** Guides who are friends with the customer already: they need no room. */
  friends: ReadonlySet<string>
  /** Guides whom the customer refused lately. */
  refused: ReadonlySet<string>
}

export type Share = { toUserId: string } | { blocked: 'refused' | 'full' }

/** Deals candidates out in their order: to the preferred guide, or evenly by number among `even`. Pure. */
export function shareOut(candidates: readonly Candidate[], takers: readonly Taker[], even: readonly string[]): Share[] {
  const room = new Map(takers.map((taker) => [taker.userId, taker.most - taker.has]))
  const dealt = new Map(takers.map((taker) => [taker.userId, 0]))
  return candidates.map((candidate) => {
    const wanted = candidate.preferred === undefined ? [...even] : [candidate.preferred]
    const willing = wanted.filter((userId) => !candidate.refused.has(userId))
    if (willing.length === 0) return { blocked: 'refused' }
    const open = willing.filter((userId) => candidate.friends.has(userId) || (room.get(userId) ?? 0) > 0)
    const fewest = Math.min(...open.map((userId) => dealt.get(userId) ?? 0))
    const toUserId = open.find((userId) => dealt.get(userId) === fewest)
    if (toUserId === undefined) return { blocked: 'full' }
    dealt.set(toUserId, fewest + 1)
    if (!candidate.friends.has(toUserId)) room.set(toUserId, (room.get(toUserId) ?? 0) - 1)
    return { toUserId }
  })
}
