import { count, select, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { ACTION } from '../../../engine/actions/action-tables.ts'
import { ERRCODE } from '../../../platform/wecom/error-codes/errcode.ts'
import { FOLLOWERS } from '../api-families.ts'
import type { Check } from '../check.ts'
import type { DoctorContext } from '../doctor-context.ts'
import { CannotLook, fail, ok, warn } from '../finding.ts'

const WHAT = '访问凭证'
const NEXT =
  '找出还在用这个 Secret 的别的系统（旧 SCRM、测试机），停掉，或在管理后台给它单独建一个应用；查不出就重置 Secret'
/** A token this near its end may be followed by another of its own accord. */
const NEAR_END_SEC = 60

/** Two tokens asked for, with a cheap call between. While a token is valid WeCom gives the same again (doc 91039), so a
 *  fresh one that is refused, or another one a moment later, means that someone else makes WeCom end them. */
export const tokenRace: Check = {
  group: '企业微信',
  what: WHAT,
  look: async (context) => {
    const { platform } = context
    const first = await platform.token()
    const { json } = await platform.tokenReply()
    const { errcode } = await platform.askWith(FOLLOWERS, first)
    const second = await platform.fetchToken()
    if (second.errcode !== 0) throw new CannotLook(`第二次取凭证被拒（${second.errcode ?? '没有应答'}）`)
    const isSame = second.json.access_token === first
    if (errcode === ERRCODE.invalidToken || errcode === ERRCODE.tokenExpired) {
      return fail(WHAT, `刚拿到的凭证马上就失效了（${errcode}），有别的系统在抢着换凭证`, NEXT)
    }
    if (!isSame && Number(json.expires_in ?? 0) > NEAR_END_SEC) {
      return fail(WHAT, '一眨眼凭证就换了一个，有别的系统在抢着换凭证', NEXT)
    }
    const refused = await refusedNow(context)
    if (refused > 0) {
      return warn(WHAT, `现在没事，但有 ${refused} 个动作因为凭证一再被拒还在等，像是有别的系统时不时在抢`, NEXT)
    }
    return ok(WHAT, '两次取到的是同一个，没有别的系统在抢')
  },
}

/** None when the database is away. */
async function refusedNow(context: DoctorContext): Promise<number> {
  const db = await context.db().catch(() => undefined)
  return (await db?.tx(refusedActions).catch(() => undefined)) ?? 0
}

/** How many waiting actions found at their last try that fresh tokens keep being refused. */
export async function refusedActions(tx: Tx): Promise<number> {
  const row = await tx.row(
    sql`SELECT ${select({ n: count() })} FROM ${ACTION}
        WHERE ${ACTION.state} = 'waiting' AND ${ACTION.last_code} = 'wecom.credential-refused'`,
  )
  return row?.n ?? 0
}
