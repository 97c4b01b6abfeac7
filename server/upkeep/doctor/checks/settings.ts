import type { Settings } from '../../../settings.ts'
import type { Check } from '../check.ts'
import { type Finding, fail, ok } from '../finding.ts'

const WHAT = '环境设置'

/** Where the value is to be found, and what it looks like. */
const WHERE: Partial<Record<keyof Settings, string>> = {
  WECOM_CORP_ID: '在企业微信管理后台「我的企业 → 企业信息」最下面复制「企业ID」（ww 开头）',
  WECOM_AGENT_ID: '在管理后台「应用管理 → 自建 → 本应用」复制 AgentId（一串数字）',
  WECOM_SECRET: '在管理后台「应用管理 → 自建 → 本应用」点 Secret 的「查看」，在手机上复制',
  WECOM_CALLBACK_TOKEN: '写成管理后台「本应用 → 接收消息 → API接收」里的 Token（1 到 32 位字母数字）',
  WECOM_CALLBACK_AES_KEY: '从管理后台「本应用 → 接收消息 → API接收」重新复制 EncodingAESKey（正好 43 位字母数字）',
  ORDERS_SECRET: '自己定一串 16 到 200 位的随机字符，商城推送订单时用同一串签名',
  PUBLIC_URL: '写成对外的网址，如 https://scrm.example.com，后面不带路径',
  DATABASE_URL: '写成 sqlite:./data/huoshui.db 或 mysql://用户:密码@主机:3306/库名',
  WECOM_API_BASE: '接真实企业就不要设它；默认是 https://qyapi.weixin.qq.com',
}

/** All faults of the environment at once. */
export const settings: Check = {
  group: '设置',
  what: WHAT,
  look: async ({ settingFaults }): Promise<Finding[]> => {
    if (settingFaults.length === 0) return [ok(WHAT, '必填的都有，格式都对')]
    return settingFaults.map(({ name, isMissing, text }) =>
      fail(
        name,
        isMissing ? '还没有设' : '格式不对',
        `${WHERE[name] ?? `按说明改好：${text}`}，设进环境变量 ${name} 后重启服务`,
      ),
    )
  },
}
