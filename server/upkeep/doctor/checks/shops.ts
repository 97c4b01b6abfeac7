import { count, select, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { AppError } from '../../../core/kernel/app-error.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { unknownNames } from '../../../operations/credit/named-by-shop.ts'
import { grantStore } from '../../../operations/grants/grant-store.ts'
import type { GrantState } from '../../../operations/grants/grant-tables.ts'
import { HOOK_EVENTS, hookText } from '../../../platform/shops/crmeb/hook-text.ts'
import { shopEnvName } from '../../../platform/shops/shop-secrets.ts'
import { unshared } from '../../../platform/wecom/token/shared-credential.ts'
import { CUSTOMER } from '../../../records/customers/customer-tables.ts'
import type { ToldWord } from '../../../records/orders/told-words.ts'
import type { ShopRule } from '../../../rules/schema/rule-files.ts'
import { type AskedShop, isAsked, missingFor, openShop } from '../../shops/open-shops.ts'
import { type ShopReport, shopReports } from '../../shops/shop-report.ts'
import type { Check } from '../check.ts'
import type { DoctorContext } from '../doctor-context.ts'
import { type Finding, fail, ok, warn } from '../finding.ts'
import { shopFiles } from './shop-files.ts'

const GIVEN_WITHIN_DAYS = 30
/** More than one in so many that a shop refuses is no chance. */
const REFUSED_ONE_IN = 4
const NAMED = 5
const SILENT_FOR_MS = 30 * MINUTE_MS
/** Fewer than that may all have come without. */
const ENOUGH_CUSTOMERS = 20

/** Whether each shop of the rules can be asked, is asked, and pushes. */
export const shops: Check = {
  group: '店铺',
  what: '店铺连接',
  timeoutMs: 20_000,
  look: async (context) => {
    const { book } = await context.rules()
    const rules = [...(book?.shops.values() ?? [])].map(({ value }) => value)
    if (rules.length === 0)
      return ok('店铺连接', '没有接店铺（config/shops/），订单由商城自己发到 /api/orders 或用文件导入')
    const db = await context.db()
    const reports = await db.tx((tx) => shopReports(tx, context.clock.now()))
    const found: Finding[] = []
    for (const rule of rules) found.push(...(await lookAt(context, rule, reports)))
    const given = await db.tx((tx) => grantStore.tally(tx, context.clock.now() - GIVEN_WITHIN_DAYS * DAY_MS))
    found.push(...rules.flatMap((rule) => grantsOf(rule, given)))
    const said = await db.tx((tx) =>
      unknownNames(tx, {
        ...{ rules: book?.credit ?? [], shops: rules },
        sinceMs: context.clock.now() - GIVEN_WITHIN_DAYS * DAY_MS,
      }),
    )
    found.push(...namesOf(said))
    if (rules.some(({ platform }) => platform === 'wechat-shop' || platform === 'youzan'))
      found.push(...(await db.tx(unionIds)))
    return found
  },
}

/** Whom shops name in orders that credit.yaml credits by it, and nobody is. */
export function namesOf(unknown: readonly ToldWord[]): Finding[] {
  if (unknown.length === 0) return []
  const orders = unknown.reduce((sum, one) => sum + one.orders, 0)
  const some = unknown.slice(0, NAMED).map(({ source, word }) => `${source}「${word}」`)
  return [
    warn(
      '店铺写的店员和门店',
      `近 ${GIVEN_WITHIN_DAYS} 天有 ${unknown.length} 个对不上是谁，涉及 ${orders} 单：${some.join('、')}`,
      '写进 config/shops 里那家店的 staff 或 stores；全部的在 npm run -s credit -- list 的末尾',
    ),
  ]
}

/** What rules gave there lately, and what came of it. */
export function grantsOf({ id, shop }: ShopRule, given: Awaited<ReturnType<typeof grantStore.tally>>): Finding[] {
  const own = new Map(given.filter((one) => one.shop === id).map(({ state, many }) => [state, many]))
  if (own.size === 0) return []
  const what = `店铺「${shop}」：发券、发积分`
  const of = (state: GrantState): number => own.get(state) ?? 0
  const waits = `等店铺认出客户 ${of('nobody')} 份，正在发 ${of('asked')} 份`
  const said = `近 ${GIVEN_WITHIN_DAYS} 天发了 ${of('given')} 份，没发成 ${of('refused') + of('lapsed')} 份，${waits}`
  if (of('stuck') > 0)
    return [
      warn(
        what,
        `${said}，试了很久没发成、停下来等人的 ${of('stuck')} 份`,
        '运行 npm run -s shops -- grants 看为什么，改好后 npm run -s actions -- retry grant.give',
      ),
    ]
  if (of('unsure') > 0)
    return [
      warn(
        what,
        `${said}，不知道发出去没有 ${of('unsure')} 份`,
        '运行 npm run -s shops -- grants 看是哪些，查过以后 shops settle',
      ),
    ]
  const isOftenRefused = of('refused') * REFUSED_ONE_IN > of('refused') + of('given')
  return [isOftenRefused ? warn(what, said, '运行 npm run -s shops -- grants 看为什么没发成') : ok(what, said)]
}

async function lookAt(context: DoctorContext, rule: ShopRule, reports: readonly ShopReport[]): Promise<Finding[]> {
  const what = `店铺「${rule.shop}」`
  if (rule.enabled === false) return [ok(what, '写了 enabled: false，没有启用')]
  if (!isAsked(rule)) return shopFiles(context, rule)
  const missing = missingFor(rule, context.shopSecrets)
  if (missing.length > 0) return [fail(what, missing.join('；'), '按 docs/shops.md 设好环境变量，重启服务')]
  const asked = await probe(context, rule)
  const report = reports.find(({ shop }) => shop === rule.id)
  const hook = rule.platform === 'crmeb' ? [hookOf(context, rule)] : []
  return [...asked, ...hook, ...(report === undefined ? [] : standingOf(what, report, context.clock.now()))]
}

/** Nobody but the shop's own text tells of money given back, and of union ids: here it is, ready to be pasted. */
function hookOf({ shopSecrets, publicUrl }: DoctorContext, { shop, id }: ShopRule): Finding {
  const what = `店铺「${shop}」：事件代码`
  const key = shopEnvName(id, 'event_secret')
  if (shopSecrets.of(id).event_secret !== undefined) return ok(what, `${key} 设好了；有没有贴进商城后台，这里看不出来`)
  return warn(
    what,
    '没有设：退完款、签收、取消要等下一次查才知道，订单里也没有 unionid',
    `设好 ${key} 并重启服务，再到商城后台「自定义事件」，给 ${HOOK_EVENTS.join('、')} 各贴一段，event 写它自己的名字，「密钥」换成 ${key} 的值：\n${hookText(HOOK_EVENTS[0], `${publicUrl()}/shops/${id}/event`)}`,
  )
}

/** Without the token that the server keeps: asking for one harms no other. */
async function probe(context: DoctorContext, rule: AskedShop): Promise<Finding[]> {
  const what = `店铺「${rule.shop}」`
  const shop = openShop(rule, {
    db: await context.db(),
    secrets: context.shopSecrets,
    clock: context.clock,
    credentials: () => () => unshared,
  })
  try {
    await shop.connection.probe()
    return [ok(what, `接口能用；${IDENTITY_ZH[shop.connection.abilities.identity]}`)]
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return [fail(what, error.zh ?? error.code, '改好后再运行一次；订单不会丢，能连上以后自己接着读')]
  } finally {
    shop.connection.close()
  }
}

const IDENTITY_ZH = {
  unionid: '订单里有 unionid，认得出是谁买的',
  phone: '订单里没有 unionid，靠买家账号绑定的手机号认人；装上文档里的事件代码可以连 unionid 一起给',
  none: '这个店铺认不出是谁买的：请用订单号认领',
}

function standingOf(what: string, one: ShopReport, nowMs: number): Finding[] {
  const found: Finding[] = []
  if (one.faultySinceMs !== null)
    found.push(fail(what, `读不到订单：${one.fault ?? ''}`, '照这句话改；接口检查在上面，改好后自己接着读，不会漏'))
  const polledMs = nowMs - (one.polledAtMs ?? one.sinceMs)
  if (one.faultySinceMs === null && polledMs > SILENT_FOR_MS) {
    found.push(
      fail(what, `${Math.round(polledMs / MINUTE_MS)} 分钟没有查过订单`, '看服务是不是在运行（npm run server）'),
    )
  }
  if (one.dead > 0) found.push(warn(what, `有 ${one.dead} 个订单反复读不了`, '运行 npm run -s shops -- dead 看原因'))
  const isDeaf = nowMs - (one.pushedAtMs ?? one.sinceMs) > DAY_MS && one.foundByPoll > 0
  if (isDeaf) {
    found.push(
      warn(
        what,
        `一天没有收到推送，新订单都是查出来的，要晚几分钟`,
        `在店铺后台把推送地址设成 PUBLIC_URL 后面加 /shops/${one.shop}（docs/shops.md）`,
      ),
    )
  }
  const { history } = one
  if (history !== undefined && !history.isDone) {
    const left = history.leftMs === undefined ? '' : `，大约还要 ${Math.ceil(history.leftMs / HOUR_MS)} 小时`
    found.push(ok(what, `历史订单补了 ${Math.round(history.share * 100)}%${left}`))
  }
  return found
}

/** Without it three of four identities fail: told only where the corp has bound its open-platform account. */
async function unionIds(tx: Tx): Promise<Finding[]> {
  const n = { n: count() }
  const all = (await tx.row(sql`SELECT ${select(n)} FROM ${CUSTOMER}`))?.n ?? 0
  const named = (await tx.row(sql`SELECT ${select(n)} FROM ${CUSTOMER} WHERE ${CUSTOMER.unionid} IS NOT NULL`))?.n ?? 0
  if (all < ENOUGH_CUSTOMERS || named > 0) return []
  return [
    fail(
      '客户的 unionid',
      `${all} 位客户一个 unionid 也没有，店铺的订单对不上人`,
      '企业微信后台 → 客户联系 → 绑定微信开放平台账号（和小店、小程序同一个）',
    ),
  ]
}
