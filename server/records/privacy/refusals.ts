import type { RowOf } from '../../core/db/define-table.ts'
import { type CONSENT, CONSENT_SCOPES, type ConsentKind, type ConsentScope } from './privacy-tables.ts'

export type Word = Pick<RowOf<typeof CONSENT>, 'external_userid' | 'kind' | 'scope' | 'state' | 'until_at'>

/** Who refuses what now, by the newest word of each customer, kind and scope: words are taken in the order in which they were
 *  written. */
export function createRefusals() {
  /** External_userid → until when, by kind and scope. */
  const untilMs = new Map<string, Map<string, number>>()
  const keyOf = (kind: ConsentKind, scope: ConsentScope): string => `${kind}:${scope}`

  return {
    take: ({ external_userid, kind, scope, state, until_at }: Word): void => {
      const key = keyOf(kind, scope)
      const ids = untilMs.get(key) ?? new Map<string, number>()
      untilMs.set(key, ids)
      if (state === 'refused') ids.set(external_userid, until_at ?? Number.POSITIVE_INFINITY)
      else ids.delete(external_userid)
    },
    /** Those who refuse all of it, or what is asked about. */
    among: (
      externalUserIds: readonly string[],
      { kind, scope, nowMs }: { kind: ConsentKind; scope: ConsentScope; nowMs: number },
    ): Set<string> => {
      const lists = [...new Set<ConsentScope>(['', scope])].flatMap((one) => untilMs.get(keyOf(kind, one)) ?? [])
      return new Set(externalUserIds.filter((id) => lists.some((ids) => (ids.get(id) ?? 0) > nowMs)))
    },
    forget: (externalUserId: string): void => {
      for (const kind of ['marketing', 'profiling'] as const) {
        for (const scope of CONSENT_SCOPES) untilMs.get(keyOf(kind, scope))?.delete(externalUserId)
      }
    },
  }
}
