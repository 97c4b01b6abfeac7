import { DAY_MS, shanghaiText } from '../../kernel/shanghai.ts'
import type { Check } from '../check.ts'
import { ok, warn } from '../finding.ts'

const WHAT = '最近的回调'

/** When WeCom last told us something. Guides at work make callbacks every day. */
export const lastCallback: Check = {
  group: '公网与回调',
  what: WHAT,
  look: async (patient) => {
    const db = await patient.db()
    const row = await db.tx((tx) =>
      tx.row<{ received_at: number }>(
        "SELECT received_at FROM inbound_event WHERE kind LIKE 'wecom.%' ORDER BY id DESC LIMIT 1",
      ),
    )
    const next =
      '在管理后台「本应用 → 接收消息 → API接收」重新保存一次回调 URL，并勾选「外部联系人变更回调」和「通讯录变更」'
    if (row === undefined) return warn(WHAT, '还从来没有收到过企业微信的回调', next)
    const seen = `最近一次是 ${shanghaiText(row.received_at)}`
    if (patient.clock.now() - row.received_at > DAY_MS) return warn(WHAT, `${seen}，24 小时没有动静了`, next)
    return ok(WHAT, seen)
  },
}
