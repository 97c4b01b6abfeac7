import { ask } from '../ask.ts'
import type { Check } from '../check.ts'
import { CannotLook, fail, ok } from '../finding.ts'

const WHAT = '侧边栏页面'

/** The page that guides open is built and served. */
export const sidebarPage: Check = {
  group: '公网与回调',
  what: WHAT,
  look: async (context) => {
    const { status } = await ask(new URL('/sidebar/', context.publicUrl())).catch(() => {
      throw new CannotLook('对外网址打不开，先解决「对外网址」')
    })
    if (status === 200) return ok(WHAT, '打得开')
    if (status === 503) return fail(WHAT, '还没有构建', '在项目目录运行 npm run build，不用重启服务')
    return fail(WHAT, `打开得到 HTTP ${status}`, '让反向代理把 /sidebar/ 也转发到活水')
  },
}
