import { ERRCODE } from '../../../platform/wecom/error-codes/errcode.ts'
import { errorCode } from '../../../platform/wecom/error-codes/error-codes.ts'
import type { Check } from '../check.ts'
import { CannotLook, fail, ok, unknown } from '../finding.ts'

const WHAT = '应用 Secret'

const CODES: Record<number, { why: string; next: string }> = {
  40001: {
    why: 'Secret 不对（40001）',
    next: '在管理后台「应用管理 → 自建 → 本应用」重新查看 Secret，改好 WECOM_SECRET 后重启；错太多次本机 IP 会被封 1 小时',
  },
  40013: {
    why: '企业 ID 不对（40013）',
    next: '在管理后台「我的企业 → 企业信息」复制企业ID，改好 WECOM_CORP_ID 后重启',
  },
  40091: {
    why: 'Secret 是别的企业的（40091）',
    next: '核对 WECOM_CORP_ID 和 WECOM_SECRET 是不是同一个企业的，改好后重启',
  },
  45009: { why: '取凭证太频繁，被企业微信拦住了（45009）', next: '停掉反复重启的服务和旧程序，等 1 小时再检查' },
  50003: { why: '应用被停用了（50003）', next: '在管理后台「应用管理 → 自建 → 本应用」点「启用」' },
}

/** One gettoken. */
export const secret: Check = {
  group: '企业微信',
  what: WHAT,
  look: async ({ need, platform }) => {
    need('WECOM_CORP_ID')
    need('WECOM_SECRET')
    const { errcode } = await platform.tokenReply().catch(() => {
      throw new CannotLook('连不上企业微信，先解决「网络」')
    })
    if (errcode === undefined) throw new CannotLook('应答的不是企业微信，先解决「网络」')
    if (errcode === 0) return ok(WHAT, '企业 ID 与 Secret 正确，拿到了访问凭证')
    if (errcode === ERRCODE.busy) return unknown(WHAT, '企业微信系统繁忙（-1），过一会儿再检查')
    const known = CODES[errcode]
    if (known !== undefined) return fail(WHAT, known.why, known.next)
    const { zh, todo } = errorCode(errcode)
    return fail(WHAT, `企业微信拒绝了（${errcode} ${zh}）`, todo ?? '核对 WECOM_CORP_ID 和 WECOM_SECRET')
  },
}
