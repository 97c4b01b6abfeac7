import type { Draft } from '../files/draft.ts'
import type { Path } from '../files/yaml-rules.ts'
import type { SopRule } from '../schema/rule-files.ts'
import { EVENT_FILTERS, type EventSpec } from '../schema/sop-event.ts'
import { type CheckContext, checkName } from './check-context.ts'

/** An event and what is asked of it: only what such events carry, and only names that exist. */
export function checkEvent(context: CheckContext, draft: Draft<SopRule>, path: Path, spec: EventSpec): void {
  if (typeof spec === 'string') return
  const { event, ...asked } = spec
  const carried: readonly string[] = EVENT_FILTERS[event]
  for (const key of Object.keys(asked)) {
    if (carried.includes(key)) continue
    const can = carried.length === 0 ? '去掉它' : `可以写 ${carried.join('、')}`
    draft.fault([...path, key], `${event} 不带「${key}」`, can, 'key')
  }
  if (asked.tag !== undefined) checkName(context, draft, [...path, 'tag'], 'tag', asked.tag)
  if (asked.pool !== undefined) checkName(context, draft, [...path, 'pool'], 'pool', asked.pool)
  if (asked.script !== undefined) checkName(context, draft, [...path, 'script'], 'script', asked.script)
}
