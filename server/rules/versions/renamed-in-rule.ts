import type { RuleRename } from '../book/rule-rename.ts'

/** Keys below which texts are names of this kind, wherever in a journey they stand. */
const NAMING: Record<RuleRename['kind'], readonly string[]> = {
  'tag-group': ['tags', 'tag'],
  tag: ['tags', 'tag'],
  channel: ['channel'],
  pool: ['groups', 'invite', 'groupQr', 'pool'],
  sop: ['start', 'leave'],
  send: [],
  'group-step': [],
  'campaign-step': [],
  moment: [],
  intercept: [],
  ladder: ['tiers'],
  level: ['tiers'],
}

/** A journey as it was written, with the present name wherever it means what is called otherwise now. */
export function renamedInRule(written: unknown, renamed: RuleRename): unknown {
  const keys = NAMING[renamed.kind]

  function visit(value: unknown, isName: boolean): unknown {
    if (typeof value === 'string') return isName ? presentName(value, renamed) : value
    if (Array.isArray(value)) return value.map((item) => visit(item, isName))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        key === 'tier' ? presentTier(inner, renamed) : visit(inner, isName || keys.includes(key)),
      ]),
    )
  }

  return visit(written, false)
}

function presentName(name: string, renamed: RuleRename): string {
  const { kind, from, to } = renamed
  if (kind === 'tag' || kind === 'level') return name === `${renamed.within}/${from}` ? `${renamed.within}/${to}` : name
  if (kind === 'tag-group' || kind === 'ladder') {
    return name.startsWith(`${from}/`) ? `${to}${name.slice(from.length)}` : name
  }
  return name === from ? to : name
}

/** A step writes the ladder and the level apart. */
function presentTier(tier: unknown, renamed: RuleRename): unknown {
  if (typeof tier !== 'object' || tier === null) return tier
  const { ladder, to } = tier as { ladder?: unknown; to?: unknown }
  if (renamed.kind === 'ladder' && ladder === renamed.from) return { ...tier, ladder: renamed.to }
  if (renamed.kind === 'level' && ladder === renamed.within && to === renamed.from) return { ...tier, to: renamed.to }
  return tier
}
