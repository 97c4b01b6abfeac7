import { errorCode } from '../../../platform/wecom/error-codes/error-codes.ts'
import { unreadAccounts } from '../../../records/stop-words/service-accounts.ts'
import type { Check } from '../check.ts'
import type { DoctorContext } from '../doctor-context.ts'
import { CannotLook, type Finding, fail, ok, unknown, warn } from '../finding.ts'

const WHAT = '退订词'
/** A page of accounts. */
const PAGE = 100
const MOST_PAGES = 50

/** Whether the accounts of the customer service (微信客服) that `stopWords` of policy.yaml listens to can be read. */
export const stopWords: Check = {
  group: '企业微信',
  what: WHAT,
  timeoutMs: 15_000,
  look: async (context): Promise<Finding | Finding[]> => {
    const { book } = await context.rules()
    if (book === undefined) throw new CannotLook('规则有错，先解决「规则」')
    const words = book.policy.stopWords
    if (words === undefined) return []
    const listed = await listedAccounts(context)
    if (!(listed instanceof Set)) return listed
    const missing = words.accounts.filter((account) => !listed.has(account))
    if (missing.length === 0) return readLately(context, words.accounts)
    return missing.map((account) =>
      fail(
        `${WHAT}：${account}`,
        '这个微信客服账号没有授权给本应用，客户在那里说退订收不到',
        '在管理后台「应用管理 → 微信客服 → 可调用接口的应用」把账号授权给本应用，或改正 policy.yaml 里的 stopWords.accounts',
      ),
    )
  },
}

async function readLately(context: DoctorContext, accounts: readonly string[]): Promise<Finding | Finding[]> {
  const db = await context.db()
  const unread = await db.tx((tx) => unreadAccounts(tx, accounts))
  if (unread.length === 0) return ok(WHAT, `${accounts.length} 个微信客服账号都能读`)
  return unread.map(({ open_kfid: account, trouble }) =>
    warn(`${WHAT}：${account}`, `上一次没有读到：${trouble}`, '五分钟后会再读；一直这样就拿错误码到企业微信查'),
  )
}

async function listedAccounts({ platform }: DoctorContext): Promise<Set<string> | Finding> {
  const found = new Set<string>()
  for (let page = 0; page < MOST_PAGES; page++) {
    const { errcode, status, json } = await platform.call({
      method: 'POST',
      path: '/cgi-bin/kf/account/list',
      fields: { offset: page * PAGE, limit: PAGE },
    })
    if (errcode === undefined) return unknown(WHAT, `微信客服的接口没有正常应答（HTTP ${status}），过一会儿再检查`)
    if (errcode !== 0) return refused(errcode)
    const accounts: { open_kfid?: unknown }[] = Array.isArray(json.account_list) ? json.account_list : []
    for (const { open_kfid: id } of accounts) if (typeof id === 'string') found.add(id)
    if (accounts.length < PAGE) break
  }
  return found
}

function refused(errcode: number): Finding {
  const { kind, zh, todo } = errorCode(errcode)
  if (kind === 'retry-now' || kind === 'retry-later')
    return unknown(WHAT, `企业微信正忙或限了流（${errcode}），过一会儿再检查`)
  return fail(
    WHAT,
    `读不到微信客服，客户在那里说退订收不到（${errcode} ${zh}）`,
    todo ?? '在管理后台「应用管理 → 微信客服 → 可调用接口的应用」勾选本应用',
  )
}
