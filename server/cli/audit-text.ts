import type { AuditRow } from '../records/audit/audit-queries.ts'
import type { AuditFault, AuditVerdict } from '../records/audit/verify-audit.ts'
import type { GuideNames } from './find/guide-names.ts'
import { guideText } from './find/guide-names.ts'

/** What was done, in the words of whoever reads it; the others keep their name. */
const WHAT: Record<string, string> = {
  'sidebar.seen': '看了客户',
  'sidebar.group': '看了客户群',
  'sidebar.refused': '想看或改，被拒绝',
  'sidebar.login': '登录侧边栏',
  'sidebar.logout': '退出侧边栏',
  'sidebar.tags': '改标签',
  'sidebar.remark': '改备注',
  'sidebar.birthday': '改生日',
  'sidebar.done': '完成待办',
  'sidebar.later': '推迟待办',
  'sidebar.wrong': '退回待办',
  'sidebar.duty.done': '完成群务',
  'sidebar.duty.wrong': '说群务做不了',
  'sidebar.hand-on': '把待办转给同事',
  'sidebar.hand-over': '把客户转接给同事',
  'sidebar.sent': '记下发了话术',
  'sidebar.fields': '改客户资料',
  'sidebar.notes': '记一笔',
  'sidebar.pin': '置顶或取消置顶一笔记录',
  'sidebar.remove': '删掉一笔记录',
  'sidebar.reminders': '给自己定提醒',
  'sidebar.unwanted': '改客户要不要收消息',
  'sidebar.bind': '按订单号绑定订单',
  'sidebar.unbind': '撤销订单绑定',
  'sidebar.script-written': '写一条话术',
  'sidebar.script-changed': '改自己写的话术',
  'sidebar.script-removed': '删掉自己写的话术',
  'sidebar.favourites': '收藏或取消收藏话术',
  'doctor.login': '打开医生页',
  'doctor.wrong-key': '医生页钥匙不对',
  'doctor.run': '医生页做体检',
  'doctor.logout': '退出医生页',
  'audit.looks-lost': '有查看没能记下',
  'audit.broken': '记录被动过',
  'sidebar.audit': '看了操作记录',
}

export const whatText = (what: string): string =>
  WHAT[what] ?? (what.startsWith('command.') ? `命令 ${what.slice('command.'.length).replaceAll('.', ' ')}` : what)

export function actorText({ actor, actorKind }: Pick<AuditRow, 'actor' | 'actorKind'>, names: GuideNames): string {
  if (actorKind === 'member') return guideText(names, actor)
  return actorKind === 'command' ? `${actor}（命令行）` : actor
}

export const detailText = (detail: Record<string, unknown>): string =>
  Object.entries(detail)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('；')

function faultText({ kind, seq, toSeq = seq }: AuditFault): string {
  const rows = toSeq === seq ? `第 ${seq} 行` : `第 ${seq} 到 ${toSeq} 行`
  switch (kind) {
    case 'altered':
      return `${rows}被改过，或者和别的行换了位置`
    case 'missing':
      return `${rows}被删了`
    case 'other-chain':
      return `${rows}接不上它前面那一行`
    case 'detail-altered':
      return `${rows}的内容或客户被改过`
    case 'detail-missing':
      return `${rows}的内容整行不见了（按人删除会留下「已删除」，这不是）`
    case 'unknown-key':
      return `${rows}是用别的密钥封的：把以前的密钥接在 AUDIT_SECRET 后面，用逗号隔开`
    case 'broken':
      return `${rows}是服务发现末尾不对时留下的：在它之前有人动过`
    case 'start-forged':
      return `开头的封印不对：第 ${seq} 行以前不是到期删的`
    case 'head-forged':
      return `末尾的封印不对：有人改过第 ${seq} 行这个末尾`
    case 'cut':
      return `${rows}从末尾被截掉了`
    case 'not-the-head':
      return `末尾应该在别处，不是第 ${seq} 行`
  }
}

const MOST_SHOWN = 50

export function verdictText({ rows, firstSeq, head, erased, faults }: AuditVerdict): string {
  const span =
    head === undefined || firstSeq === undefined ? '还没有记录' : `${rows} 行（第 ${firstSeq} 到 ${head.seq} 行）`
  const gone = erased === 0 ? '' : `，其中 ${erased} 行的个人内容已按人删除`
  if (faults.length === 0) {
    return [`完整：${span}${gone}。`, ...(head === undefined ? [] : [`末尾 ${head.seq}:${head.hash}`])].join('\n')
  }
  const rest = faults.length > MOST_SHOWN ? [`  ……还有 ${faults.length - MOST_SHOWN} 处`] : []
  return [`不完整：${span}${gone}。`, ...faults.slice(0, MOST_SHOWN).map((one) => `  ${faultText(one)}`), ...rest].join(
    '\n',
  )
}
