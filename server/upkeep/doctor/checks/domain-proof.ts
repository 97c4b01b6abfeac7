import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDomainProof } from '../../../rules/files/rule-folder.ts'
import { ask } from '../ask.ts'
import type { Check } from '../check.ts'
import { CannotLook, fail, ok, warn } from '../finding.ts'

const WHAT = '域名校验文件'

/** Each WW_verify_….txt of the rule folder can be fetched at PUBLIC_URL, unchanged. */
export const domainProof: Check = {
  group: '公网与回调',
  what: WHAT,
  look: async (context) => {
    const folder = context.need('HUOSHUI_CONFIG')
    const files = (await readdir(folder).catch(() => [])).filter(isDomainProof)
    if (files.length === 0) {
      if (!context.isRealPlatform) return ok(WHAT, '沙箱用不着')
      return warn(
        WHAT,
        `规则文件夹 ${folder} 里没有 WW_verify_….txt`,
        `在管理后台「本应用 → 网页授权及JS-SDK → 申请校验域名」下载文件，放进 ${folder}（已经校验过可以不管）`,
      )
    }
    for (const file of files) {
      const own = await readFile(join(folder, file), 'utf8')
      const heard = await ask(new URL(`/${file}`, context.publicUrl())).catch(() => {
        throw new CannotLook('对外网址打不开，先解决「对外网址」')
      })
      if (heard.status !== 200 || heard.text !== own) {
        return fail(
          WHAT,
          `从对外网址取 ${file} 得到 HTTP ${heard.status}，内容与文件不一样`,
          '让反向代理把根路径也转发到活水，企业微信才校验得过域名',
        )
      }
    }
    return ok(WHAT, `${files.join('、')} 从对外网址取得到`)
  },
}
