import type { Check } from '../check.ts'
import { type Finding, fail, ok, warn } from '../finding.ts'
import { scopeOf } from '../scope-of.ts'

const WHAT = '告警'

/** Somebody hears of a trouble, and also of one that keeps us from sending messages of the app. */
export const alertWays: Check = {
  group: '运行',
  what: WHAT,
  look: async (context): Promise<Finding | Finding[]> => {
    const userIds = context.need('ALERT_USERIDS')
    const { ALERT_WEBHOOK, ALERT_SMTP } = context.settings
    const hasSecondWay = ALERT_WEBHOOK !== undefined || ALERT_SMTP !== undefined
    if (userIds.length === 0 && !hasSecondWay) {
      return warn(WHAT, '出了事没有人会收到消息', '设置 ALERT_USERIDS（成员账号），再加 ALERT_WEBHOOK 或 ALERT_SMTP')
    }
    const findings: Finding[] = []
    const { unknown, outside } = await scopeOf(userIds, context)
    const deaf = [...unknown, ...outside]
    if (deaf.length > 0) {
      const all = deaf.length === userIds.length ? '，应用消息谁也收不到' : ''
      findings.push(
        fail(
          WHAT,
          `ALERT_USERIDS 里的 ${deaf.join('、')} 不在企业里或不在应用可见范围里${all}`,
          '改好 ALERT_USERIDS，或在管理后台「应用管理 → 可见范围」加上他们',
        ),
      )
    }
    if (!hasSecondWay) {
      const next = '设置 ALERT_WEBHOOK（群机器人）或 ALERT_SMTP（邮件）'
      findings.push(warn(WHAT, '只有应用消息一条路：企业微信拒绝活水时没有人知道', next))
    }
    return findings.length > 0 ? findings : ok(WHAT, '有人会收到消息，企业微信不通时也能收到')
  },
}
