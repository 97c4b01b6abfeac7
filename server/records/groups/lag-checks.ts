import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { StoredGroup } from './stored-group.ts'

/** WeCom's detail may lag behind its own event (doc 92122). */
export const LAG_CHECKS_MS = [2 * SECOND_MS, 10 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS]

/** Is the answer older than what the newest event told? Then nothing of it is taken. */
export function lags(
  group: Pick<StoredGroup, 'expected_version' | 'former_version' | 'member_version' | 'lag_checks'>,
  version: string | undefined,
): boolean {
  if (group.expected_version === null || version === undefined || version === group.expected_version) return false
  const isKnownOld = version === group.former_version || version === group.member_version
  return isKnownOld && group.lag_checks < LAG_CHECKS_MS.length
}
