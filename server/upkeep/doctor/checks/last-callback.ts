import Type from 'typebox'
import Value from 'typebox/value'
import { pick, sql } from '../../../core/db/sql.ts'
import { DAY_MS, shanghaiText } from '../../../core/kernel/shanghai.ts'
import { INBOUND_EVENT } from '../../../engine/inbox/event-tables.ts'
import { staffQueries } from '../../../records/staff/staff-queries.ts'
import type { Check } from '../check.ts'
import type { DoctorContext } from '../doctor-context.ts'
import { ok, unknown, warn } from '../finding.ts'

const WHAT = '最近的回调'
const NEXT =
  '在管理后台「本应用 → 接收消息 → API接收」重新保存一次回调 URL，并勾选「外部联系人变更回调」和「通讯录变更」'

const Addresses = Type.Object({ ip_list: Type.Array(Type.String(), { minItems: 1 }) })

/** When WeCom last told us something. Guides at work make callbacks every day. */
export const lastCallback: Check = {
  group: '公网与回调',
  what: WHAT,
  look: async (context) => {
    const db = await context.db()
    const { last, guides } = await db.tx(async (tx) => ({
      last: await tx.row(
        sql`SELECT ${pick(INBOUND_EVENT, 'received_at')} FROM ${INBOUND_EVENT}
            WHERE ${INBOUND_EVENT.kind} LIKE 'wecom.%' ORDER BY ${INBOUND_EVENT.id} DESC LIMIT 1`,
      ),
      guides: (await staffQueries.guideIds(tx)).length,
    }))
    const seen = last === undefined ? '还从来没有收到过企业微信的回调' : `最近一次是 ${shanghaiText(last.received_at)}`
    if (last !== undefined && context.clock.now() - last.received_at <= DAY_MS) return ok(WHAT, seen)
    if (guides === 0) return unknown(WHAT, `${seen}；企业里还没有导购，看不出正不正常`)
    const quiet = last === undefined ? seen : `${seen}，24 小时没有动静了`
    return warn(WHAT, `${quiet}${await sendersOf(context)}`, NEXT)
  },
}

/** Where they would come from, for whoever keeps the firewall. Doc 90930. */
async function sendersOf({ platform }: DoctorContext): Promise<string> {
  const reply = await platform.call({ method: 'GET', path: '/cgi-bin/getcallbackip' }).catch(() => undefined)
  if (reply?.errcode !== 0 || !Value.Check(Addresses, reply.json)) return ''
  const { ip_list: list } = reply.json
  return `（防火墙要放行企业微信的地址，如 ${list[0]}，共 ${list.length} 段）`
}
