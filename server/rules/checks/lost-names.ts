import type { AtHand } from '../at-hand.ts'
import type { RuleSources } from '../book/bind-book.ts'
import type { NamedRule } from '../book/rule-rename.ts'
import { tagGroupOf } from '../book/tag-groups.ts'
import { didYouMean } from '../condition/did-you-mean.ts'
import { type Draft, type Drafts, NAME_KEYS } from '../files/draft.ts'
import { RULE_KIND_ZH } from '../files/rule-kind-zh.ts'
import type { Path } from '../files/yaml-rules.ts'

/** A name that the rules in force have and the files have not, and one that may be its new one. */
interface Lost {
  gone: NamedRule
  /** 标签「X」 */
  zh: string
  draft: Pick<Draft<unknown>, 'fault'>
  at: Path
  fresh: string
}

/** Asks where something in use is gone and something alike is new: with another name it would begin from nothing, and what
 *  is kept under the old one would be nobody's. Not where the files say `was`. */
export async function askAboutLostNames(drafts: Drafts, { inForce, isInUse }: AtHand): Promise<void> {
  if (inForce === undefined) return
  const asked = new Set<string>()
  for (const { gone, zh, draft, at, fresh } of lostNames(drafts, inForce)) {
    const place = JSON.stringify([at, fresh])
    if (asked.has(place) || !(await isInUse(gone))) continue
    asked.add(place)
    draft.fault(
      at,
      `${zh}不见了，新来了「${fresh}」：是改名吗`,
      `是的话在「${fresh}」上写 was: ${gone.name}；不是就分两次存：先删旧的，再加新的`,
    )
  }
}

function lostNames(drafts: Drafts, before: RuleSources): Lost[] {
  return [
    ...lostGroups(drafts, before),
    ...lostTags(drafts, before),
    ...(['channel', 'pool', 'sop', 'send', 'ladder'] as const).flatMap((kind) => lostRules(kind, drafts, before)),
    ...lostLevels(drafts, before),
  ]
}

interface Named {
  name: string
  was?: string | undefined
}

/** What is gone and what is new between two lists, `was` taken into account. */
function between<Before, Now extends Named>(before: readonly (Before & Named)[], now: readonly Now[]) {
  const known = new Set(before.map(({ name }) => name))
  const kept = new Set(now.flatMap(({ name, was }) => [name, ...(was === undefined ? [] : [was])]))
  return {
    gone: before.filter(({ name }) => !kept.has(name)),
    fresh: now.filter(({ name, was }) => was === undefined && !known.has(name)),
  }
}

const plainGroups = (sources: RuleSources['tags']) => sources.flatMap(({ value }) => value.tags.map(tagGroupOf))

function lostGroups({ tags }: Drafts, before: RuleSources): Lost[] {
  return tags.flatMap((draft) => {
    const now = draft.value.tags.map((written, n) => ({
      ...tagGroupOf(written),
      name: written.group,
      was: written.was,
      n,
    }))
    const { gone, fresh } = between(
      plainGroups(before.tags).map((group) => ({ ...group, name: group.group })),
      now,
    )
    return gone.flatMap(({ name, names }) => {
      const heir = fresh.find((group) => group.names.some((one) => names.includes(one)))
      if (heir === undefined) return []
      const zh = `标签组「${name}」`
      return [
        { gone: { kind: 'tag-group' as const, name }, zh, draft, at: ['tags', heir.n, 'group'], fresh: heir.name },
      ]
    })
  })
}

function lostTags({ tags }: Drafts, before: RuleSources): Lost[] {
  const groups = plainGroups(before.tags)
  return tags.flatMap((draft) =>
    draft.value.tags.flatMap((written, n) => {
      const { group, was = group, names } = written
      const earlier = groups.find((one) => one.group === was)?.names ?? []
      const now = names.map((one, place) => ({ ...(typeof one === 'string' ? { name: one } : one), place }))
      const { gone, fresh } = between(
        earlier.map((name, place) => ({ name, place })),
        now,
      )
      return gone.flatMap(({ name, place }) => {
        const alike = didYouMean(
          name,
          fresh.map((one) => one.name),
        )
        const heir =
          fresh.find((one) => one.place === place) ??
          fresh.find((one) => one.name === alike) ??
          (gone.length === 1 ? fresh[0] : undefined)
        if (heir === undefined) return []
        const at = ['tags', n, 'names', heir.place]
        return [
          {
            gone: { kind: 'tag' as const, within: was, name },
            zh: `标签「${group}/${name}」`,
            draft,
            at,
            fresh: heir.name,
          },
        ]
      })
    }),
  )
}

type Kind = 'channel' | 'pool' | 'sop' | 'send' | 'ladder'

function lostRules(kind: Kind, drafts: Drafts, before: RuleSources): Lost[] {
  const now = drafts[kind].map((draft) => ({ name: draft.name, was: draft.value.was, draft }))
  const { gone, fresh } = between<RuleSources[Kind][number], (typeof now)[number]>(before[kind] ?? [], now)
  return gone.flatMap((old) => {
    const heir = fresh.find(({ draft }) => isAlike(kind, old.value, draft.value))
    if (heir === undefined) return []
    const zh = `${RULE_KIND_ZH[kind]}「${old.name}」`
    return [{ gone: { kind, name: old.name }, zh, draft: heir.draft, at: [NAME_KEYS[kind]], fresh: heir.name }]
  })
}

type Rule = Record<string, unknown>

/** What is theirs alone. */
const MARKS: Record<Kind, (rule: Rule) => unknown[]> = {
  channel: ({ state }) => [state],
  pool: ({ groups }) => [groups],
  sop: ({ name, steps }) => [name, steps],
  send: ({ at }) => [at],
  ladder: ({ levels }) => [(levels as { level: string }[]).map(({ level }) => level)],
}

/** One mark is the same, or all but the name. */
function isAlike(kind: Kind, one: object, other: object): boolean {
  const [a, b] = [one as Rule, other as Rule]
  const isSame = (x: unknown, y: unknown): boolean => x !== undefined && JSON.stringify(x) === JSON.stringify(y)
  const body = (rule: Rule): Rule => ({ ...rule, [NAME_KEYS[kind]]: '', was: '' })
  const marks = MARKS[kind](b)
  return MARKS[kind](a).some((mark, n) => isSame(mark, marks[n])) || isSame(body(a), body(b))
}

function lostLevels({ ladder }: Drafts, before: RuleSources): Lost[] {
  return ladder.flatMap((draft) => {
    const { ladder: within, was = within, levels } = draft.value
    const earlier = (before.ladder ?? []).find(({ name }) => name === was)?.value.levels ?? []
    const now = levels.map(({ level, was: former }, n) => ({ name: level, was: former, n }))
    const { gone, fresh } = between(
      earlier.map(({ level }, n) => ({ name: level, n })),
      now,
    )
    return gone.flatMap(({ name, n }) => {
      const heir = fresh.find((one) => one.n === n) ?? (gone.length === 1 ? fresh[0] : undefined)
      if (heir === undefined) return []
      const zh = `「${within}」的「${name}」这一级`
      return [
        {
          gone: { kind: 'level' as const, within: was, name },
          zh,
          draft,
          at: ['levels', heir.n, 'level'],
          fresh: heir.name,
        },
      ]
    })
  })
}
