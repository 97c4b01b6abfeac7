import Type from 'typebox'
import Value from 'typebox/value'
import { ERRCODE } from '../../../platform/wecom/error-codes/errcode.ts'
import { agentQuestion } from '../agent.ts'
import type { Check } from '../check.ts'
import { CannotLook, fail, ok } from '../finding.ts'

const WHAT = '应用与可见范围'

const Scope = Type.Object({
  close: Type.Optional(Type.Integer()),
  allow_userinfos: Type.Optional(Type.Object({ user: Type.Optional(Type.Array(Type.Unknown())) })),
  allow_partys: Type.Optional(Type.Object({ partyid: Type.Optional(Type.Array(Type.Integer())) })),
  allow_tags: Type.Optional(Type.Object({ tagid: Type.Optional(Type.Array(Type.Integer())) })),
})

/** agent/get: the app is on, is the one whose secret we have, and sees somebody. Doc 90227. */
export const appScope: Check = {
  group: '企业微信',
  what: WHAT,
  look: async ({ need, platform }) => {
    const agentId = need('WECOM_AGENT_ID')
    const { errcode, json } = await platform.call(agentQuestion(agentId))
    if (errcode === ERRCODE.wrongAgentId || errcode === ERRCODE.noRightToApp) {
      return fail(
        WHAT,
        `AgentId ${agentId} 与 Secret 不是同一个应用的（${errcode}）`,
        '在管理后台「应用管理 → 自建 → 本应用」复制 AgentId，改好 WECOM_AGENT_ID 后重启',
      )
    }
    if (errcode === ERRCODE.appIsClosed) {
      return fail(WHAT, '应用被停用了（50003）', '在管理后台「应用管理 → 自建 → 本应用」点「启用」')
    }
    if (errcode === ERRCODE.untrustedIp) throw new CannotLook('出口 IP 还不在企业可信 IP 里')
    if (errcode !== 0 || !Value.Check(Scope, json)) throw new CannotLook(`读不到应用的设置（${errcode ?? '没有应答'}）`)
    if (json.close === 1) {
      return fail(WHAT, '应用被停用了', '在管理后台「应用管理 → 自建 → 本应用」点「启用」')
    }
    const members = json.allow_userinfos?.user?.length ?? 0
    const departments = json.allow_partys?.partyid?.length ?? 0
    const tags = json.allow_tags?.tagid?.length ?? 0
    if (members + departments + tags === 0) {
      return fail(WHAT, '可见范围是空的，谁也看不见', '在管理后台「本应用 → 可见范围」加上所有导购或他们的部门')
    }
    const parts = [`${members} 位成员`, `${departments} 个部门`, ...(tags > 0 ? [`${tags} 个标签`] : [])]
    return ok(WHAT, `应用已启用，可见范围有 ${parts.join('、')}`)
  },
}
