/** What callbacks had missed. The key is stored; the text is for people. */
export const MISSED_ZH = {
  'customer.added': '漏掉的新增客户',
  'customer.accepted': '漏掉的好友通过',
  'customer.lost': '漏掉的流失客户',
  'remark.changed': '漏掉的备注、描述或手机号变化',
  'tags.changed': '漏掉的客户标签变化',
  'tag.added': '漏掉的新标签',
  'tag.renamed': '漏掉的标签改名',
  'tag.deleted': '漏掉的标签删除',
  'group.found': '漏掉的新群',
  'group.dismissed': '漏掉的群解散',
  'group.changed': '漏掉的群名、群主或公告变化',
  'group.joined': '漏掉的入群',
  'group.left': '漏掉的退群',
  'way.changed': '被改动的渠道活码或入群码',
  'way.gone': '已失效的渠道活码或入群码',
  'guide.added': '漏掉的新导购',
  'guide.removed': '不再能联系客户的导购',
  'staff.renamed': '漏掉的成员改名',
  'staff.left': '漏掉的离职成员',
} as const
export type MissedKind = keyof typeof MISSED_ZH
/** A row of an answer that could not be used: kept beside what was missed, and counted apart from it. */
export const UNREAD = 'row.unread' as const
