import { durationMs } from '../../core/kernel/duration-ms.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { Path } from '../files/yaml-rules.ts'
import type { HostRule } from '../schema/duty-rule.ts'
import type { AnyDraft, CheckContext } from './check-context.ts'
import { checkGuides, checkReceivers } from './members.ts'

/** The rest of a to-do for staff: whom it names, and until when. */
export function checkDuty(
  context: CheckContext,
  draft: AnyDraft,
  path: Path,
  duty: Pick<HostRule, 'who' | 'within' | 'tell'>,
): void {
  const { who, within, tell } = duty
  checkGuides(context, draft, [...path, 'who'], who)
  checkReceivers(context, draft, [...path, 'tell'], tell)
  if (within !== undefined && durationMs(within) > 7 * DAY_MS)
    draft.fault([...path, 'within'], `「${within}」太久了，最多 7 天`, '写短一些，如 3h、1d')
}

/** A host is asked the day before at the earliest: further ahead nobody keeps it in mind. */
export function checkHost(context: CheckContext, draft: AnyDraft, path: Path, host: HostRule): void {
  checkDuty(context, draft, path, host)
  if (host.before !== undefined && durationMs(host.before) > 3 * DAY_MS)
    draft.fault([...path, 'before'], `「${host.before}」太早了，最多提前 3 天`, '写短一些，如 1h、1d')
}
