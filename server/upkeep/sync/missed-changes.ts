import type { Tx } from '../../core/db/tx.ts'

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

export interface MissedChange {
  kind: MissedKind
  /** external_userid, chat_id, tag id, userid or state. */
  subject: string
  userId?: string | undefined
  /** Default 1. */
  amount?: number
  /** When it happened at WeCom, UTC milliseconds; undefined where nothing tells it. */
  sinceMs?: number | undefined
}

export interface MissedSum {
  kind: MissedKind
  amount: number
  /** The oldest whose instant is known. */
  sinceMs: number | undefined
}

export const missedChanges = {
  keep: async (tx: Tx, runId: number, found: MissedChange[], nowMs: number): Promise<number> => {
    if (found.length === 0) return 0
    await tx.insertIgnore(
      'reconcile_finding',
      found.map((finding) => ({
        run_id: runId,
        kind: finding.kind,
        subject: finding.subject,
        userid: finding.userId ?? null,
        amount: finding.amount ?? 1,
        since_at: finding.sinceMs ?? null,
        found_at: nowMs,
      })),
    )
    return found.reduce((sum, finding) => sum + (finding.amount ?? 1), 0)
  },
  /** Most first. */
  sumsOf: async (tx: Tx, runId: number): Promise<MissedSum[]> =>
    (
      await tx.rows<{ kind: MissedKind; amount: number; since_at: number | null }>(
        `SELECT kind, SUM(amount) AS amount, MIN(since_at) AS since_at FROM reconcile_finding WHERE run_id = ?
         GROUP BY kind ORDER BY SUM(amount) DESC, kind`,
        [runId],
      )
    ).map((row) => ({ kind: row.kind, amount: Number(row.amount), sinceMs: row.since_at ?? undefined })),
  ofRun: async (tx: Tx, runId: number, limit: number): Promise<MissedChange[]> =>
    (
      await tx.rows<{
        kind: MissedKind
        subject: string
        userid: string | null
        amount: number
        since_at: number | null
      }>(
        `SELECT kind, subject, userid, amount, since_at FROM reconcile_finding WHERE run_id = ?
         ORDER BY kind, id LIMIT ${Math.floor(limit)}`,
        [runId],
      )
    ).map((row) => ({
      kind: row.kind,
      subject: row.subject,
      userId: row.userid ?? undefined,
      amount: row.amount,
      sinceMs: row.since_at ?? undefined,
    })),
  /** Of runs that began before. */
  dropBefore: async (tx: Tx, beforeMs: number): Promise<void> => {
    await tx.run('DELETE FROM reconcile_finding WHERE found_at < ?', [beforeMs])
  },
}
