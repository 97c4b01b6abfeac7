import type { Draft } from '../files/draft.ts'
import type { Path } from '../files/yaml-rules.ts'
import type { SopRule } from '../schema/rule-files.ts'
import { type EventSpec, eventNameOf } from '../schema/sop-event.ts'
import { isEventTrigger, type SopTrigger } from '../schema/sop-trigger.ts'
import { type CheckContext, checkName } from './check-context.ts'
import { doubtOf } from './goods.ts'

/** An event and what is asked of it: only what such events carry, and only names that exist. */
export function checkEvent(context: CheckContext, draft: Draft<SopRule>, path: Path, spec: EventSpec): void {
  if (typeof spec === 'string' || draft.isLeftOut([...path, 'event'])) return
  const { event, ...asked } = spec
  const carried = context.vocabulary.triggers.get(event)?.filters ?? {}
  for (const [key, written] of Object.entries(asked)) {
    const filter = carried[key]
    if (filter === undefined) {
      const can = Object.keys(carried).length === 0 ? '去掉它' : `可以写 ${Object.keys(carried).join('、')}`
      draft.fault([...path, key], `${event} 不带「${key}」`, can, 'key')
    } else if (filter.names !== undefined) {
      checkName(context, draft, [...path, key], filter.names, written)
    } else if (filter.goods !== undefined) {
      const doubt = doubtOf(context.goods, filter.goods, written)
      if (doubt !== undefined) draft.advise([...path, key], ...doubt)
    }
  }
}

/** Whether a journey that begins so may send a welcome. */
export const bringsWelcomeCode = ({ vocabulary }: CheckContext, trigger: SopTrigger): boolean =>
  isEventTrigger(trigger) && vocabulary.triggers.get(eventNameOf(trigger))?.bringsWelcomeCode === true
