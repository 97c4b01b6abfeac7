import type { RuleKind } from './rule-folder.ts'

/** What people call each kind of rule. */
export const RULE_KIND_ZH: Record<RuleKind, string> = {
  channel: '渠道',
  welcome: '欢迎语',
  tags: '标签',
  pool: '群池',
  scripts: '话术',
  sop: 'SOP',
  send: '群发',
  webhook: '事件转发',
  shop: '店铺',
  policy: '通用规矩',
  ladder: '梯子',
  roles: '角色',
  profile: '客户资料字段',
  credit: '业绩归属',
}
