import { agentQuestion } from '../agent.ts'
import type { Check } from '../check.ts'
import type { DoctorContext } from '../doctor-context.ts'
import { CannotLook, type Finding, fail, ok } from '../finding.ts'

const WHAT = '可信域名'

/** The app's trusted domain must be the host of PUBLIC_URL, its port included, or nobody can log in to the sidebar
 *  (50001). Doc 91022. */
export const trustedDomain: Check = {
  group: '公网与回调',
  what: WHAT,
  look: async (context) => {
    const { domain, trouble } = await trustOf(context, { what: WHAT, consequence: '侧边栏登录不了（50001）' })
    return trouble ?? ok(WHAT, `${domain}，与对外网址一致`)
  },
}

/** The app's trusted domain as WeCom has it, and what is wrong with it. Throws CannotLook. */
export async function trustOf(
  context: DoctorContext,
  { what, consequence }: { what: string; consequence: string },
): Promise<{ domain: string; trouble: Finding | undefined }> {
  const { errcode, json } = await context.platform.call(agentQuestion(context.need('WECOM_AGENT_ID')))
  if (errcode !== 0) throw new CannotLook('读不到应用的设置，先解决「企业微信」一组')
  const { host } = new URL(context.publicUrl())
  const domain = String(json.redirect_domain ?? '')
  const next = `在管理后台「应用管理 → 自建 → 本应用 → 网页授权及JS-SDK」把可信域名设成 ${host}`
  const seen = domain === '' ? '应用还没有设可信域名' : `应用的可信域名是 ${domain}，对外网址是 ${host}`
  const isRight = domain !== '' && domain.toLowerCase() === host.toLowerCase()
  return { domain, trouble: isRight ? undefined : fail(what, `${seen}，${consequence}`, next) }
}
