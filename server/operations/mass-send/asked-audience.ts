import type { Condition } from '../../rules/schema/condition.ts'
import type { SendSnapshot } from './send-run.ts'
import type { ChatType } from './send-states.ts'

/** Whom a send is for. */
export interface AskedAudience extends Partial<Pick<SendSnapshot, 'holdOut' | 'once' | 'senders'>> {
  campaign?: SendSnapshot['campaign'] | undefined
  name: string
  chatType: ChatType
  audience: Condition
  /** Who gets which version; absent: all get the same. */
  variants?: SendSnapshot['variants'] | undefined
  guides: readonly string[] | undefined
  priority: number
  /** As of when groups are judged, UTC milliseconds; undefined: now. */
  asOfMs?: number | undefined
  /** Only those whom this run had no place for. */
  laterOf?: number | undefined
}
