import type { Db } from '../../core/db/db.ts'
import type { RowOf } from '../../core/db/define-table.ts'
import { set, sql } from '../../core/db/sql.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { watchCursor } from '../../platform/wecom/wire/pages.ts'
import { isRefusedWith } from '../../platform/wecom/wire/wecom-error.ts'
import type { StopWords } from '../../rules/schema/policy-rule.ts'
import { SERVICE_ACCOUNT as a } from './stop-word-tables.ts'
import { type TakeWordDeps, takeWord } from './take-word.ts'

/** A callback that was lost is made up for by then. Without a callback's token the platform's limit is harsh, how harsh no document
 *  says. */
const LOOK_AGAIN_MS = 30 * MINUTE_MS
const TRY_AGAIN_MS = 5 * MINUTE_MS
const PAGE = 1_000

export type ServiceAccount = RowOf<typeof a>

export interface ReadAccountDeps extends TakeWordDeps {
  db: Db
  wecom: { customerService: Pick<Wecom['customerService'], 'sync'> }
}

/** Reads one account to its end, page after page, each with where the next begins in the transaction that holds what follows from it: cut
 *  off anywhere, it goes on there. Never throws what the platform says: it is told on the account's row. */
export async function readAccount(
  deps: ReadAccountDeps,
  account: ServiceAccount,
  words: StopWords,
  isStopping: () => boolean,
): Promise<void> {
  const { db, clock } = deps
  try {
    if (!(await readPages(deps, account, words, isStopping))) return
    await ended(LOOK_AGAIN_MS, null)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    await ended(TRY_AGAIN_MS, error.zh ?? '暂时读不到')
  }

  /** Whoever was heard of meanwhile is read at once. */
  async function ended(afterMs: number, trouble: string | null): Promise<void> {
    const now = clock.now()
    await db.tx((tx) =>
      tx.run(
        sql`UPDATE ${a} SET ${set(a, { read_due_at: now + afterMs, read_at: now, trouble })}
            WHERE ${a.id} = ${account.id} AND ${a.heard} = ${account.heard}`,
      ),
    )
  }
}

/** False: cut short, and still due. */
async function readPages(
  deps: ReadAccountDeps,
  { id, open_kfid: openKfId, read_up_to: first, token, token_until: tokenUntil }: ServiceAccount,
  words: StopWords,
  isStopping: () => boolean,
): Promise<boolean> {
  const { db, clock, wecom } = deps
  const goOn = watchCursor(first ?? undefined)
  let cursor = first
  let good = token !== null && (tokenUntil ?? 0) > clock.now() ? token : undefined

  const read = () =>
    wecom.customerService.sync({
      open_kfid: openKfId,
      limit: PAGE,
      ...(cursor === null ? {} : { cursor }),
      ...(good === undefined ? {} : { token: good }),
    })
  const readWithoutToken = async (error: unknown) => {
    if (good === undefined || !isRefusedWith(error, ERRCODE.serviceTokenExpired)) throw error
    good = undefined
    return read()
  }

  for (;;) {
    if (isStopping()) return false
    const page = await read().catch(readWithoutToken)
    const next = page.next_cursor || cursor
    const isOurs = await db.tx(async (tx) => {
      // Where somebody else has read on meanwhile, they have done what follows.
      const isHere = cursor === null ? sql`${a.read_up_to} IS NULL` : sql`${a.read_up_to} = ${cursor}`
      const at = { read_up_to: next, read_at: clock.now() }
      if ((await tx.run(sql`UPDATE ${a} SET ${set(a, at)} WHERE ${a.id} = ${id} AND ${isHere}`)) === 0) return false
      for (const message of page.msg_list ?? []) await takeWord(tx, deps, { openKfId, message, words })
      return true
    })
    if (!isOurs) return false
    if (page.has_more !== 1) return true
    if (goOn(next ?? undefined) === undefined) return true
    cursor = next
  }
}
