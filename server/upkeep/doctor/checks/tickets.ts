import { ERRCODE } from '../../../platform/wecom/error-codes/errcode.ts'
import { errorCode } from '../../../platform/wecom/error-codes/error-codes.ts'
import type { Check } from '../check.ts'
import type { DoctorContext } from '../doctor-context.ts'
import { type Finding, fail, ok, unknown } from '../finding.ts'
import type { Question } from '../platform.ts'

const WHAT = '侧边栏票据'

const CORP: Question = { method: 'GET', path: '/cgi-bin/get_jsapi_ticket' }
const AGENT: Question = { method: 'GET', path: '/cgi-bin/ticket/get', fields: { type: 'agent_config' } }

/** Both JS-SDK tickets, as the sidebar needs them. While one is valid WeCom gives the same; 400 and 100 calls an hour. */
export const tickets: Check = {
  group: '企业微信',
  what: WHAT,
  look: async (context): Promise<Finding | Finding[]> => {
    const findings = await Promise.all([one('企业票据', CORP, context), one('应用票据', AGENT, context)])
    const wrong = findings.filter(({ state }) => state !== 'ok')
    return wrong.length > 0 ? wrong : ok(WHAT, '企业票据、应用票据都拿得到')
  },
}

async function one(name: string, question: Question, { platform }: DoctorContext): Promise<Finding> {
  const what = `${WHAT}：${name}`
  const { errcode } = await platform.call(question)
  if (errcode === 0) return ok(what, '拿得到')
  if (errcode === ERRCODE.untrustedIp) return unknown(what, '无法检查，因为出口 IP 还不在企业可信 IP 里')
  if (errcode === undefined || errcode === ERRCODE.busy) return unknown(what, '企业微信没有正常应答，过一会儿再检查')
  if (errcode === ERRCODE.tooManyCalls) {
    return fail(
      what,
      '这一小时取得太多，被企业微信拦住了（45009）',
      '停掉用同一个应用取票据的别的程序，一小时后自动恢复',
    )
  }
  const { zh, todo } = errorCode(errcode)
  return fail(what, `企业微信拒绝了（${errcode} ${zh}）`, todo ?? '在管理后台确认本应用已启用、可见范围不为空')
}
