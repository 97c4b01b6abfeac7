import type { Check } from '../check.ts'
import { fail, ok } from '../finding.ts'

const WHAT = 'Node 版本'

/** Below 20.19 some of our libraries do not load. */
export const createNodeVersion = (version = process.versions.node): Check => ({
  group: '设置',
  what: WHAT,
  look: async () => {
    const [major = 0, minor = 0] = version.split('.').map(Number)
    if (major > 20 || (major === 20 && minor >= 19)) return ok(WHAT, version)
    return fail(WHAT, `现在是 ${version}，需要 20.19 以上`, '装上 Node 24（长期支持版），然后重启服务')
  },
})
