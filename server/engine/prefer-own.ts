/** So many times its own, then once what has waited longest: a process that has died keeps its place for a while, and its
 *  customers must not wait until all others have been served. */
const TURNS = 4

export interface Preference<Waiting> {
  shardOf(one: Waiting): number
  isOwn(shard: number): boolean
  limit: number
  /** The how manieth time it is, from 0. */
  turn: number
}

/** Up to `limit` of what waits, in its order: one's own; where none is, the first of those shards of the others to which their
 *  owner comes last, so that nothing of a customer overtakes what came before it. A preference and no right: whoever writes
 *  first has a row, so that nobody waits for an owner that is slow, frozen or gone. */
export function preferOwn<Waiting>(
  waiting: readonly Waiting[],
  { shardOf, isOwn, limit, turn }: Preference<Waiting>,
): Waiting[] {
  if (turn % TURNS === TURNS - 1) return waiting.slice(0, limit)
  const own = waiting.filter((one) => isOwn(shardOf(one)))
  if (own.length > 0) return own.slice(0, limit)
  const counts = new Map<number, number>()
  for (const one of waiting) counts.set(shardOf(one), (counts.get(shardOf(one)) ?? 0) + 1)
  const last = new Set<number>()
  let many = 0
  for (const one of [...waiting].reverse()) {
    const shard = shardOf(one)
    if (last.has(shard)) continue
    if (many >= limit) break
    last.add(shard)
    many += counts.get(shard) ?? 0
  }
  return waiting.filter((one) => last.has(shardOf(one))).slice(0, limit)
}
