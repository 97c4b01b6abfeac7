import { clockAheadMs } from '../../../platform/wecom/wire/clock-ahead.ts'
import type { Check } from '../check.ts'
import { CannotLook, fail, ok, warn } from '../finding.ts'

const WHAT = '时钟'
const WARN_SEC = 2
const FAIL_SEC = 5
const NEXT = '在服务器上运行 timedatectl set-ntp true（或装 chrony），让时钟自动校准'

/** Our clock against the Date of the platform's answer: 20 s fast, and every welcome is taken for late. */
export const clockSkew: Check = {
  group: '企业微信',
  what: WHAT,
  look: async ({ platform }) => {
    const { dateMs, heardAtMs, ms } = await platform.gateway().catch((error: unknown) => {
      throw error instanceof CannotLook ? error : new CannotLook('连不上企业微信，先解决「网络」')
    })
    if (dateMs === undefined) throw new CannotLook('应答里没有时间')
    const skewSec = clockAheadMs({ dateMs, heardAtMs, ms }) / 1_000
    const off = Math.abs(skewSec)
    if (off <= WARN_SEC) return ok(WHAT, '与企业微信一致（差不到 2 秒）')
    const seen = `本机时钟比企业微信${skewSec > 0 ? '快' : '慢'} ${Math.round(off)} 秒`
    if (off <= FAIL_SEC) return warn(WHAT, `${seen}，再偏下去欢迎语会发不出`, NEXT)
    return fail(WHAT, `${seen}：快 20 秒欢迎语全部算超时，差 10 分钟回调全部被拒`, NEXT)
  },
}
