/** Numbers in [0, 1), the same for one seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** How many of `people` do what each does with this `chance`: from one to the next who does. */
export function howMany(people: number, chance: number, random: () => number): number {
  if (chance > 0.5) return people - howMany(people, 1 - chance, random)
  if (chance <= 0) return 0
  const log = Math.log1p(-chance)
  let found = 0
  for (let at = 0; ; found++) {
    at += Math.floor(Math.log1p(-random()) / log) + 1
    if (at > people) return found
  }
}
