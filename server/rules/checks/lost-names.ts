import type { AtHand } from '../at-hand.ts'
import type { RuleSources } from '../book/bind-book.ts'
import { type NamedRule, RENAMED_RULES } from '../book/rule-rename.ts'
import { tagGroupOf } from '../book/tag-groups.ts'
import { nameOfStep, timeOfStep } from '../campaigns/times-of-campaign.ts'
import { didYouMean } from '../condition/did-you-mean.ts'
import type { Draft, Drafts } from '../files/draft.ts'
import { KINDS } from '../files/rule-kinds.ts'
import type { Path } from '../files/yaml-rules.ts'
import { stepName } from '../group-sops/step-name.ts'
import type { CampaignRule, CampaignStep } from '../schema/campaign-rule.ts'

/** A name that the rules in force have and the files have not, and one that may be its new one. */
interface Lost {
  gone: NamedRule
  /** 标签「X」 */
  zh: string
  draft: Pick<Draft<unknown>, 'fault'>
  at: Path
  fresh: string
  /** What to write as `was`, where that is not the whole name. */
  former?: string
}

/** Asks where something in use is gone and something alike is new: with another name it would begin from nothing, and what
 *  is kept under the old one would be nobody's. Not where the files say `was`. */
export async function askAboutLostNames(drafts: Drafts, { inForce, isInUse }: AtHand, nowMs: number): Promise<void> {
  if (inForce === undefined) return
  const asked = new Set<string>()
  for (const { gone, zh, draft, at, fresh, former = gone.name } of lostNames(drafts, inForce, nowMs)) {
    const place = JSON.stringify([at, fresh])
    if (asked.has(place) || !(await isInUse(gone))) continue
    asked.add(place)
    draft.fault(
      at,
      `${zh}不见了，新来了「${fresh}」：是改名吗`,
      `是的话在「${fresh}」上写 was: ${former}；不是就分两次存：先删旧的，再加新的`,
    )
  }
}

function lostNames(drafts: Drafts, before: RuleSources, nowMs: number): Lost[] {
  return [
    ...lostGroups(drafts, before),
    ...lostTags(drafts, before),
    ...RENAMED_RULES.flatMap((kind) => lostRules(kind, drafts, before)),
    ...lostLevels(drafts, before),
    ...lostSteps(drafts, before),
    ...lostCampaigns(drafts, before, nowMs),
    ...lostCampaignSteps(drafts, before),
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
      const { group, names } = written
      const inForce = earlierOf(
        groups.map((one) => ({ ...one, name: one.group })),
        { name: group, value: written },
      )
      const was = inForce?.group ?? group
      const earlier = inForce?.names ?? []
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

type Kind = (typeof RENAMED_RULES)[number]

function lostRules(kind: Kind, drafts: Drafts, before: RuleSources): Lost[] {
  const now = drafts[kind].map((draft) => ({ name: draft.name, was: draft.value.was, draft }))
  const { gone, fresh } = between<RuleSources[Kind][number], (typeof now)[number]>(before[kind] ?? [], now)
  return gone.flatMap((old) => {
    const heir = fresh.find(({ draft }) => isAlike(kind, old.value, draft.value))
    if (heir === undefined) return []
    const zh = `${KINDS[kind].zh}「${old.name}」`
    return [{ gone: { kind, name: old.name }, zh, draft: heir.draft, at: [KINDS[kind].key], fresh: heir.name }]
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
  groupSop: ({ steps }) => [(steps as Rule[]).map((step) => ({ ...step, was: undefined }))],
  moment: ({ at, content }) => [at, content],
  intercept: ({ words }) => [words],
}

/** One mark is the same, or all but the name. */
function isAlike(kind: Kind, one: object, other: object): boolean {
  const [a, b] = [one as Rule, other as Rule]
  const isSame = (x: unknown, y: unknown): boolean => x !== undefined && JSON.stringify(x) === JSON.stringify(y)
  const body = (rule: Rule): Rule => ({ ...rule, [KINDS[kind].key]: '', was: '' })
  const marks = MARKS[kind](b)
  return MARKS[kind](a).some((mark, n) => isSame(mark, marks[n])) || isSame(body(a), body(b))
}

/** The same rule as it is in force: a `was` may stay in the file long after. */
const earlierOf = <One extends { name: string }>(
  before: readonly One[] | undefined,
  { name, value: { was } }: { name: string; value: { was?: string } },
): One | undefined => before?.find((one) => one.name === name) ?? before?.find((one) => one.name === was)

function lostLevels({ ladder }: Drafts, before: RuleSources): Lost[] {
  return ladder.flatMap((draft) => {
    const { ladder: within, levels } = draft.value
    const inForce = earlierOf(before.ladder, draft)
    const was = inForce?.name ?? within
    const earlier = inForce?.value.levels ?? []
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

/** A step that does the same under another name. */
function lostSteps({ groupSop }: Drafts, before: RuleSources): Lost[] {
  return groupSop.flatMap((draft) => {
    const { groupSop: within, steps } = draft.value
    const inForce = earlierOf(before.groupSop, draft)
    const was = inForce?.name ?? within
    const earlier = inForce?.value.steps ?? []
    const deedOf = ({ send, duty, tag }: (typeof steps)[number]): string => JSON.stringify([send, duty, tag])
    const { gone, fresh } = between(
      earlier.map((step) => ({ name: step.step, deed: deedOf(step) })),
      steps.map((step, n) => ({ name: step.step, was: step.was, deed: deedOf(step), n })),
    )
    return gone.flatMap(({ name, deed }) => {
      const heir = fresh.find((one) => one.deed === deed)
      if (heir === undefined) return []
      const asked: NamedRule = { kind: 'group-step', name: stepName(was, name) }
      const zh = `「${within}」的步骤「${name}」`
      return [{ gone: asked, zh, former: name, draft, at: ['steps', heir.n, 'step'], fresh: heir.name }]
    })
  })
}

/** What has been done for a campaign is kept under its own name and those of its steps: which of them has gone out, and who is held
 *  out. One that is alike in its day or its steps may be the same; of one that is over nothing comes any more. */
function lostCampaigns({ campaign }: Drafts, before: RuleSources, nowMs: number): Lost[] {
  const { gone, fresh } = between(
    before.campaign ?? [],
    campaign.map((draft) => ({ name: draft.name, was: draft.value.was, draft })),
  )
  return gone.flatMap((old) => {
    if (old.value.steps.every((step) => timeOfStep(old.value, step) < nowMs)) return []
    const heir = fresh.find(({ draft: { value } }) => {
      const deeds = new Set(value.steps.map(deedOfStep))
      return value.date === old.value.date || old.value.steps.some((step) => deeds.has(deedOfStep(step)))
    })
    if (heir === undefined) return []
    const zh = `活动「${old.name}」`
    const told = { zh, former: old.name, draft: heir.draft, at: ['campaign'], fresh: heir.name }
    return old.value.steps.map((step) => ({ ...told, gone: stepOf(old.value, step) }))
  })
}

function lostCampaignSteps({ campaign }: Drafts, before: RuleSources): Lost[] {
  return campaign.flatMap((draft) => {
    const inForce = earlierOf(before.campaign, draft)?.value
    if (inForce === undefined) return []
    const { gone, fresh } = between(
      inForce.steps.map((step) => ({ name: step.step, step })),
      draft.value.steps.map((step, n) => ({ name: step.step, was: step.was, step, n })),
    )
    return gone.flatMap(({ step }) => {
      const heir =
        fresh.find((one) => deedOfStep(one.step) === deedOfStep(step)) ??
        fresh.find((one) => one.n === inForce.steps.indexOf(step))
      if (heir === undefined) return []
      const told = {
        zh: `「${draft.name}」的步骤「${step.step}」`,
        former: step.step,
        draft,
        at: ['steps', heir.n, 'step'],
        fresh: heir.name,
      }
      return [{ ...told, gone: stepOf(inForce, step) }]
    })
  })
}

const stepOf = (campaign: CampaignRule, step: CampaignStep): NamedRule => ({
  kind: 'campaign-step',
  name: nameOfStep(campaign, step),
})

const deedOfStep = ({ send, groupSend, moment, duty }: CampaignStep): string =>
  JSON.stringify([send, groupSend, moment, duty])
