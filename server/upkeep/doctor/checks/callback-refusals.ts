import type { Check } from '../check.ts'
import { CannotLook, type Finding, fail, ok, warn } from '../finding.ts'

const WHAT = '回调被拒'
const CONSOLE = '管理后台「应用管理 → 自建 → 本应用 → 接收消息 → API接收」'

/** What the running server has refused since it started, and what that says. */
export const callbackRefusals: Check = {
  group: '公网与回调',
  what: WHAT,
  look: async ({ metrics }): Promise<Finding | Finding[]> => {
    const text = await metrics()
    const accepted = numberOf(/^huoshui_callbacks_accepted_total (\d+)/m.exec(text)?.[1])
    const counts = new Map(
      [...text.matchAll(/^huoshui_callbacks_refused_total\{code="([^"]+)"\} (\d+)/gm)].map(
        ([, code = '', n]) => [code, numberOf(n)] as const,
      ),
    )
    if (!text.includes('huoshui_callbacks_accepted_total')) throw new CannotLook('读到的不是活水的指标')
    const findings = [...counts].flatMap(([code, n]) => explain(code, n, accepted))
    return findings.length > 0 ? findings : ok(WHAT, `服务启动以来收下 ${accepted} 个回调，没有拒绝过`)
  },
}

const numberOf = (text: string | undefined): number => Number(text ?? 0)

function explain(code: string, n: number, accepted: number): Finding[] {
  if (n === 0) return []
  // A few strangers knock at every door of the internet; while nothing at all comes through it is WeCom that is refused.
  const say = accepted === 0 ? fail : warn
  const times = `启动以来 ${n} 次，收下 ${accepted} 个`
  switch (code) {
    case 'callback.bad-signature':
      return [
        say(
          WHAT,
          `签名对不上（${times}）：企业微信那边的 Token 与 WECOM_CALLBACK_TOKEN 不一样，或有人乱发`,
          `把${CONSOLE}里的 Token 设进 WECOM_CALLBACK_TOKEN，重启服务`,
        ),
      ]
    case 'callback.bad-body':
      return [
        say(
          WHAT,
          `解不开（${times}）：企业微信那边的 EncodingAESKey 与 WECOM_CALLBACK_AES_KEY 不一样`,
          `把${CONSOLE}里的 EncodingAESKey 设进 WECOM_CALLBACK_AES_KEY，重启服务`,
        ),
      ]
    case 'callback.wrong-corp':
      return [
        say(WHAT, `是发给别的企业的（${times}）`, `核对 WECOM_CORP_ID，并确认${CONSOLE}的 URL 没有填在别的企业里`),
      ]
    case 'callback.stale':
      return [
        say(
          WHAT,
          `时间差得太多（${times}）：本机时钟不准，或有人重放旧请求`,
          '运行 timedatectl set-ntp true，让时钟自动校准',
        ),
      ]
    case 'callback.not-stored':
      return [
        warn(
          WHAT,
          `没能存下（${times}）：那时数据库用不了，企业微信会重发，最多 3 次`,
          '看下面「数据」一组，把数据库修好',
        ),
      ]
    default:
      return []
  }
}
