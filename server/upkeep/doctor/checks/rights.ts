import { ERRCODE } from '../../../platform/wecom/error-codes/errcode.ts'
import { errorCode } from '../../../platform/wecom/error-codes/error-codes.ts'
import { API_FAMILIES, type ApiFamily } from '../api-families.ts'
import type { Check } from '../check.ts'
import type { DoctorContext } from '../doctor-context.ts'
import { type Finding, fail, ok, unknown, warn } from '../finding.ts'

const WHAT = '接口权限'
const CALLABLE = '在管理后台「客户联系 → API → 可调用接口的应用」勾选本应用'

/** A harmless read of each API family that we live on. */
export const rights: Check = {
  group: '企业微信',
  what: WHAT,
  timeoutMs: 15_000,
  look: async (context) => {
    const findings = await Promise.all(API_FAMILIES.map((family) => lookAt(family, context)))
    const wrong = findings.filter(({ state }) => state !== 'ok')
    return wrong.length > 0 ? wrong : ok(WHAT, `${API_FAMILIES.map(({ name }) => name).join('、')}都能调用`)
  },
}

async function lookAt({ name, question }: ApiFamily, { clock, platform }: DoctorContext): Promise<Finding> {
  const what = `${WHAT}：${name}`
  const { errcode, status } = await platform.call(question(clock.now()))
  if (errcode === 0) return ok(what, '能调用')
  if (errcode === undefined) return unknown(what, `接口没有正常应答（HTTP ${status}），过一会儿再检查`)
  if (errcode === ERRCODE.untrustedIp) return unknown(what, '无法检查，因为出口 IP 还不在企业可信 IP 里')
  if (errcode === ERRCODE.noRightToApi) return fail(what, '应用没有这个接口的权限（48002）', CALLABLE)
  if (errcode === ERRCODE.noRightToCustomers)
    return fail(what, '企业没有客户联系权限（84074）', '在管理后台「客户联系 → 权限配置」开通')
  const { kind, zh, todo } = errorCode(errcode)
  if (kind === 'retry-now' || kind === 'retry-later') {
    return unknown(what, `企业微信正忙或限了流（${errcode}），过一会儿再检查`)
  }
  return todo === undefined
    ? warn(what, `企业微信拒绝了（${errcode} ${zh}）`, `拿错误码 ${errcode} 到企业微信开发者中心的错误码查询工具查原因`)
    : fail(what, `企业微信拒绝了（${errcode} ${zh}）`, todo)
}
