import { branchesOf } from '../book/sop-branches.ts'
import { contradiction } from '../condition/condition-bounds.ts'
import type { Draft } from '../files/draft.ts'
import type { Path } from '../files/yaml-rules.ts'
import type { Condition } from '../schema/condition.ts'
import type { SopRule } from '../schema/rule-files.ts'
import type { SopStep } from '../schema/sop-rule.ts'
import { isEventTrigger } from '../schema/sop-trigger.ts'

export interface CheckedSop {
  draft: Draft<SopRule>
  /** Undefined when it has faults of its own. */
  when: Condition | undefined
}

interface Deed {
  what: 'add' | 'remove' | 'invite'
  name: string
  at: Path
}

/** Advice about journeys that get into each other's way: who may be in both at once, when one puts on the tag that the other
 *  takes off or both invite to one group pool; and journeys that begin each other for ever by their tags. */
export function adviseBetweenSops(sops: readonly CheckedSop[]): void {
  const running = sops.filter(({ draft }) => draft.value.enabled !== false)
  for (const [index, later] of running.entries()) {
    for (const earlier of running.slice(0, index)) if (mayMeet(earlier, later)) adviseOnMeeting(earlier, later)
  }
  adviseOnCircles(running)
}

/** Begun by the same thing, not exclusive, and nobody is shut out of either. */
function mayMeet(one: CheckedSop, other: CheckedSop): boolean {
  const [a, b] = [one.draft.value, other.draft.value]
  if (a.exclusive !== undefined && a.exclusive === b.exclusive) return false
  if (JSON.stringify(a.trigger) !== JSON.stringify(b.trigger)) return false
  if (one.when === undefined || other.when === undefined) return false
  return contradiction({ kind: 'all', of: [one.when, other.when] }) === undefined
}

function adviseOnMeeting(earlier: CheckedSop, later: CheckedSop): void {
  const other = `${earlier.draft.file} 的「${earlier.draft.value.name}」`
  const before = deedsOf(['steps'], earlier.draft.value.steps)
  const told = new Set<string>()
  for (const deed of deedsOf(['steps'], later.draft.value.steps)) {
    const rival = before.find(
      (one) => one.name === deed.name && (deed.what === 'invite' ? one.what === 'invite' : isOpposite(one, deed)),
    )
    const key = `${deed.what}:${deed.name}`
    if (rival === undefined || told.has(key)) continue
    told.add(key)
    const how = { add: '会去掉', remove: '会打上', invite: '也会邀请进' }[deed.what]
    later.draft.advise(
      deed.at,
      `${other}在同一时刻触发，${how}「${deed.name}」，同一个客户会被两边来回改`,
      '给两条写同一个 exclusive，或者用 when 把人分开',
    )
  }
}

const isOpposite = (one: Deed, other: Deed): boolean =>
  (one.what === 'add' && other.what === 'remove') || (one.what === 'remove' && other.what === 'add')

function deedsOf(path: Path, steps: readonly SopStep[]): Deed[] {
  return steps.flatMap((step, index): Deed[] => {
    const here = [...path, index]
    if ('tag' in step) {
      const { add = [], remove = [] } = step.tag
      return [
        ...add.map((name, n) => ({ what: 'add' as const, name, at: [...here, 'tag', 'add', n] })),
        ...remove.map((name, n) => ({ what: 'remove' as const, name, at: [...here, 'tag', 'remove', n] })),
      ]
    }
    if ('invite' in step) return [{ what: 'invite', name: step.invite, at: [...here, 'invite'] }]
    return branchesOf(step).flatMap((branch) => deedsOf([...here, ...branch.at], branch.steps))
  })
}

/** A begins B by a tag, B begins A by another: each pass lets the next in, as soon as both may be entered again. */
function adviseOnCircles(sops: readonly CheckedSop[]): void {
  const begins = (from: CheckedSop, to: CheckedSop): Deed | undefined => {
    const { trigger } = to.draft.value
    if (!isEventTrigger(trigger) || typeof trigger === 'string') return undefined
    if ((trigger.event !== 'tag.added' && trigger.event !== 'tag.removed') || trigger.by === 'hand') return undefined
    const what = trigger.event === 'tag.added' ? 'add' : 'remove'
    return deedsOf(['steps'], from.draft.value.steps).find((deed) => deed.what === what && deed.name === trigger.tag)
  }
  const again = sops.filter(({ draft }) => draft.value.reenterAfterDays === 0)
  for (const start of again) {
    const deed = again.map((next) => ({ next, deed: begins(start, next) })).find((one) => one.deed !== undefined)
    if (deed?.deed === undefined || !reaches(deed.next, start, again, begins, new Set())) continue
    start.draft.advise(
      deed.deed.at,
      `「${deed.deed.name}」会触发「${deed.next.draft.value.name}」，绕一圈又回到这里，没有尽头`,
      '把 reenterAfterDays 写成 1 以上，或者触发里写 by: hand',
    )
  }
}

function reaches(
  from: CheckedSop,
  to: CheckedSop,
  sops: readonly CheckedSop[],
  begins: (a: CheckedSop, b: CheckedSop) => Deed | undefined,
  seen: Set<CheckedSop>,
): boolean {
  if (from === to) return true
  if (seen.has(from)) return false
  seen.add(from)
  return sops.some((next) => begins(from, next) !== undefined && reaches(next, to, sops, begins, seen))
}
