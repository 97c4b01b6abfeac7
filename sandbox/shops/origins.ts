/** Where an order came from as a shop says it; null and empty say nothing, like what is not there. */
export interface Origin {
  store?: number | string | null
  staff?: string | null
  scene?: number | string | null
  campaign?: string | null
}

/** Of the orders of a shop a quarter says nothing, one nulls, one empty texts, and one all of it. `scenes`: in the platform's words. */
export function originAt(n: number, scenes: readonly (number | string)[]): Origin {
  if (n % 4 === 0) return {}
  if (n % 4 === 1) return { store: null, staff: null, scene: null, campaign: null }
  if (n % 4 === 2) return { store: '', staff: '', scene: '', campaign: '' }
  return {
    ...{ store: 100 + (n % 3), staff: `guide${n % 5}`, scene: scenes[n % scenes.length] ?? null },
    campaign: `满减${n % 2}`,
  }
}

/** Of every fifth order somebody else turns out to have sold it once it is packed. */
export const packedBy = (n: number, origin: Origin): Origin => (n % 5 === 0 ? { ...origin, staff: 'packer' } : origin)
