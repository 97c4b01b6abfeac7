import { list, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { erasedAtMs, givenNames, whyNobody } from '../customers/given-customer.ts'
import type { PhoneHash } from '../customers/phone-hash.ts'
import type { Erasures } from '../privacy/erasures.ts'
import type { Tags } from '../tags/tags.ts'
import { type SettleToldTagDeps, settleToldTag } from './settle-told-tag.ts'
import type { ToldTagsMessage } from './told-tag-body.ts'
import { TOLD_TAG as t } from './told-tag-tables.ts'

export interface RecordToldTagsDeps extends SettleToldTagDeps {
  clock: Clock
  erasures: Pick<Erasures, 'erasedAtMs'>
  phoneHash: PhoneHash
  tags: SettleToldTagDeps['tags'] & Pick<Tags, 'unknownAmong'>
}

export interface RecordedToldTags {
  result: 'stored' | 'unchanged'
  /** Whether we know whose they are, and somebody serves that customer now. */
  matched: boolean
  /** Those that are neither in WeCom nor in tags.yaml now, 组/名: nobody can bear them. */
  unknown?: string[]
  /** Why nobody will ever be found, one Chinese sentence. */
  nobody?: string
}

/** Stores what is said of each tag; the same change twice changes nothing. */
export async function recordToldTags(
  tx: Tx,
  message: ToldTagsMessage,
  deps: RecordToldTagsDeps,
): Promise<RecordedToldTags> {
  const now = deps.clock.now()
  // Said later than now is a clock that is wrong, and would outlive whatever is said next.
  const saidAtMs = Math.min(message.saidAtMs ?? now, now)
  const names = givenNames(message.customer, deps.phoneHash)
  if (saidAtMs <= ((await erasedAtMs(tx, names, deps.erasures)) ?? -1)) return { result: 'unchanged', matched: false }
  const { source, changeId, tags } = message
  const stored = await tx.insertIgnore(
    t,
    tags.map(({ path, isOn }) => ({
      ...{ source, change_id: changeId, path, is_on: isOn ? 1 : 0, ...names },
      ...{ said_at: saidAtMs, received_at: now },
    })),
  )
  const rows = await tx.rows(
    sql`SELECT ${select({ id: t.id })} FROM ${t} WHERE ${t.source} = ${source} AND ${t.change_id} = ${changeId}
          AND ${t.path} IN ${list(tags.map(({ path }) => path))} ORDER BY ${t.id}`,
  )
  let matched = rows.length > 0
  for (const { id } of rows) matched = (await settleToldTag(tx, id, deps)) && matched
  const unknown = await deps.tags.unknownAmong(
    tx,
    tags.map(({ path }) => path),
  )
  const nobody = matched ? undefined : whyNobody(message.customer)
  return {
    result: stored > 0 ? 'stored' : 'unchanged',
    matched,
    ...(unknown.length === 0 ? {} : { unknown }),
    ...(nobody === undefined ? {} : { nobody }),
  }
}
