import type { Tx } from '../core/db/tx.ts'
import { DAY_MS, shanghaiText } from '../core/kernel/shanghai.ts'
import { auditKeys } from '../records/audit/audit-keys.ts'
import { type AuditFilter, type AuditRow, auditQueries } from '../records/audit/audit-queries.ts'
import { createAuditSeal } from '../records/audit/audit-seal.ts'
import { verifyAudit } from '../records/audit/verify-audit.ts'
import { readSomeSettings } from '../settings.ts'
import { actorText, detailText, verdictText, whatText } from './audit-text.ts'
import { customerSlot, findCustomer } from './find/find-customer.ts'
import { type GuideNames, guideNames } from './find/guide-names.ts'
import { cliFault } from './frame/cli-fault.ts'
import { type Desk, defineCommand, mostListed, type Program } from './frame/command.ts'
import { optional, or, text, whole } from './frame/slot.ts'
import { table } from './frame/table.ts'

const sealOf = (desk: Desk) => createAuditSeal(auditKeys(readSomeSettings(desk.env, ['AUDIT_SECRET', 'WECOM_SECRET'])))

const verify = defineCommand({
  name: 'verify',
  audited: 'look',
  scope: 'audit',
  says: '从头到尾核对：有没有被改、被删、被调换、末尾被截掉；说出第几行',
  more: '末尾每小时写进日志（head of the audit）。把那里的 编号:摘要 用 --head 给它，连整个数据库换成旧的也看得出来。',
  options: { head: optional(text('编号:摘要', '日志或上次导出里的末尾')) },
  run: async ({ head }, desk) => {
    const seal = sealOf(desk)
    const expected = head === undefined ? undefined : headIn(head)
    const db = await desk.db()
    const verdict = await db.view((tx) => verifyAudit(tx, seal, expected))
    return { text: verdictText(verdict), data: verdict, isNo: verdict.faults.length > 0 }
  },
})

function headIn(written: string): { seq: number; hash: string } {
  const found = /^(\d{1,15}):([0-9a-f]{64})$/.exec(written.trim())
  if (found === null) throw cliFault('wrong-use', '--head 要写成 编号:摘要，从日志的 head of the audit 里抄。')
  return { seq: Number(found[1]), hash: found[2] ?? '' }
}

const HEADER = ['编号', '时间', '谁', '从哪里', '做了什么', '客户', '内容']

const cellsOf = (row: AuditRow, names: GuideNames): string[] => [
  String(row.seq),
  shanghaiText(row.atMs),
  actorText(row, names),
  row.origin,
  whatText(row.what),
  row.isErased ? '（已删除）' : (row.customer ?? ''),
  detailText(row.detail),
]

const list = defineCommand({
  name: 'list',
  audited: 'look',
  scope: 'audit',
  says: '谁、从哪里、什么时候、做了什么或者看了谁，新的在前',
  lists: true,
  options: {
    who: optional(text('谁', '成员账号，或命令的操作人（OPERATOR）')),
    what: optional(text('动作', '动作的开头，如 sidebar、sidebar.seen、command')),
    customer: optional(customerSlot),
    days: or(30, whole('天数', '最近几天', { min: 1, max: 4_000 })),
  },
  run: async ({ who, what, customer, days }, desk, form) => {
    const db = await desk.db()
    const about = customer === undefined ? undefined : await db.view((tx) => findCustomer(tx, customer))
    const { rows, names } = await db.tx(async (tx) => ({
      rows: await auditQueries.list(
        tx,
        { ...{ actor: who, what }, customer: about?.externalUserId, sinceMs: desk.clock.now() - days * DAY_MS },
        mostListed(form),
      ),
      names: await guideNames(tx),
    }))
    const cells = rows.map((row) => cellsOf(row, names))
    return {
      text: rows.length === 0 ? '没有这样的记录。' : table([HEADER, ...cells]),
      data: { rows },
      sheet: { header: HEADER, rows: cells },
      ...(about === undefined ? {} : { about: [about.externalUserId] }),
    }
  },
})

const PAGE = 1_000

const exportAll = defineCommand({
  name: 'export',
  audited: 'look',
  scope: 'audit',
  says: '全部记录连同摘要，一行一条 JSON；末尾一行是 编号:摘要，存到别处，以后给 verify --head',
  run: async (_values, desk) => {
    const db = await desk.db()
    const rows = await db.tx((tx) => everyRow(tx, {}))
    const last = rows.at(-1)
    const head = last === undefined ? '没有记录' : `${last.seq}:${last.hash}`
    return { text: [...rows.map((row) => JSON.stringify(row)), head].join('\n'), data: { rows, head } }
  },
})

/** Oldest first. */
async function everyRow(tx: Tx, filter: AuditFilter): Promise<AuditRow[]> {
  const found: AuditRow[] = []
  for (let beforeSeq: number | undefined; ; ) {
    const page = await auditQueries.list(tx, { ...filter, beforeSeq }, PAGE)
    found.push(...page)
    beforeSeq = page.at(-1)?.seq
    if (page.length < PAGE) return found.reverse()
  }
}

export const auditProgram: Program = {
  name: 'audit',
  says: '操作记录：谁做了什么、谁看了哪位客户。改不了，删了看得出来。',
  commands: [list, verify, exportAll],
}
