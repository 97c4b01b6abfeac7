import { facts } from '../capabilities/facts.ts'
import type { Tx } from '../core/db/tx.ts'
import { cancelMoment } from '../operations/moments/cancel-moment.ts'
import { momentQueries } from '../operations/moments/moment-queries.ts'
import { CANCELLABLE, MOMENT_STATE_ZH } from '../operations/moments/moment-states.ts'
import { approveMoment } from '../operations/moments/plan-moments.ts'
import { previewMoment } from '../operations/moments/preview-moment.ts'
import { createAlerts } from '../records/alerts/alerts.ts'
import { storedConsents } from '../records/privacy/consents.ts'
import { staffQueries } from '../records/staff/staff-queries.ts'
import { touches } from '../records/touches/touches.ts'
import { fileAuthor } from '../rules/files/file-author.ts'
import { findNamed } from './find/find-named.ts'
import { guideNames } from './find/guide-names.ts'
import { readBook, ruleFolder } from './find/read-book.ts'
import { cliFault } from './frame/cli-fault.ts'
import { type Desk, defineCommand, type Program } from './frame/command.ts'
import { numbered, text } from './frame/slot.ts'
import { listText, momentLine, momentsSheet, previewText, sendersSheet, showText } from './moments-text.ts'

const list = defineCommand({
  name: 'list',
  audited: 'no',
  scope: 'open',
  says: '企业朋友圈下次什么时候发、最近几条有多少导购发表、展示给了多少客户',
  lists: true,
  run: async (_values, desk) =>
    (await desk.db()).tx(async (tx) => {
      const next = [...(await momentQueries.nextTimes(tx))].map(([name, atMs]) => ({ name, atMs }))
      const runs = await momentQueries.runs(tx)
      return { text: listText(next, runs), data: { next, runs }, sheet: momentsSheet(runs) }
    }),
})

const show = defineCommand({
  name: 'show',
  audited: 'look',
  scope: 'customers',
  says: '一条朋友圈的明细：内容、每位导购发表了没有、展示给多少客户、多少赞和评论',
  lists: true,
  words: { run: numbered('编号', '先用 list 查') },
  run: async ({ run: runId }, desk) =>
    (await desk.db()).tx(async (tx) => {
      const run = await needRun(tx, runId)
      const senders = await momentQueries.senders(tx, runId)
      const names = await guideNames(tx)
      return { text: showText(run, senders, names), data: { run, senders }, sheet: sendersSheet(senders, names) }
    }),
})

async function needRun(tx: Tx, runId: number) {
  const run = await momentQueries.run(tx, runId)
  if (run === undefined) throw cliFault('no', `没有编号 ${runId} 的朋友圈，先用 list 查。`)
  return run
}

const cancel = defineCommand({
  name: 'cancel',
  audited: 'change',
  scope: 'operate',
  says: '停下一条朋友圈：没有建的不建，还没有发表的导购不能再发表；已经发表的收不回来',
  words: { run: numbered('编号', '先用 list 查') },
  run: async ({ run: runId }, desk) =>
    (await desk.db()).tx(async (tx) => {
      const run = await needRun(tx, runId)
      const { clock } = desk
      if (
        !CANCELLABLE.includes(run.state) ||
        !(await cancelMoment(tx, runId, { nowMs: clock.now(), why: '已由人取消' }))
      ) {
        throw cliFault('no', `#${runId}「${run.name}」${MOMENT_STATE_ZH[run.state]}，没有可以取消的。`)
      }
      await createAlerts({ clock }).resolve(tx, `moment-approval:${runId}`)
      const { published } = run.figures
      const kept =
        published === 0 ? '还没有导购发表过。' : `${published} 位导购已经发表的收不回来，要删由导购自己在企业微信里删。`
      return {
        text: `#${runId}「${run.name}」已取消：服务几秒内会请企业微信停止发表。${kept}`,
        data: { run: runId, published },
        changed: [{ of: `#${runId} ${run.name}`, before: { state: run.state }, after: { state: 'cancelled' } }],
      }
    }),
})

const approve = defineCommand({
  name: 'approve',
  audited: 'change',
  scope: 'operate',
  says: '批准一条等待批准的朋友圈（规则里写了 approval）；写规则的人不能自己批准',
  words: { run: numbered('编号', '先用 list 查') },
  run: async ({ run: runId }, desk) => {
    const db = await desk.db()
    const run = await db.tx((tx) => needRun(tx, runId))
    if (run.state !== 'awaiting' || run.approved !== undefined) {
      const state = run.approved === undefined ? MOMENT_STATE_ZH[run.state] : `已经由 ${run.approved.by} 批准过`
      throw cliFault('no', `#${runId}「${run.name}」${state}，没有要批准的。`)
    }
    const { name: by } = desk.operator
    if ((await writerOf(desk, run)) === by) {
      throw cliFault('no', `「${run.name}」这一版规则是 ${by} 写的，要由另一个人批准。`)
    }
    if (!(await db.tx((tx) => approveMoment(tx, runId, { by, nowMs: desk.clock.now() })))) {
      throw cliFault('no', `#${runId}「${run.name}」已经过了时间，批准不了；改规则里的时间再发。`)
    }
    return {
      text: `${momentLine(run)}\n已由 ${by} 批准，到点请导购发表。反悔用 cancel ${runId}。`,
      data: { run: runId, by },
      changed: [{ of: `#${runId} ${run.name}`, before: { state: run.state }, after: { approvedBy: by } }],
    }
  },
})

/** Who wrote what goes out; undefined where the rule has changed since, or nobody knows. */
async function writerOf(desk: Desk, { name, version }: { name: string; version: string }): Promise<string | undefined> {
  const moment = (await readBook(desk)).moments.get(name)
  if (moment?.version !== version) return undefined
  return (await fileAuthor(ruleFolder(desk), moment.file)).name
}

const preview = defineCommand({
  name: 'preview',
  audited: 'look',
  scope: 'customers',
  says: '预演：现在发，请多少导购、最多多少客户看得到、谁这个月已经看满；什么都不写，什么都不发',
  words: { name: text('名称', 'config/moments/ 里写的朋友圈名称') },
  run: async ({ name }, desk) => {
    const { moments, policy } = await readBook(desk)
    const moment = findNamed(moments, name, { kind: '朋友圈', where: 'config/moments/' })
    const { currentIdOf, guideIds } = staffQueries
    const deps = { consents: storedConsents(desk.clock), touches, currentIdOf, guideIds, policy, facts }
    const found = await previewMoment(await desk.db(), deps, moment, desk.clock.now())
    return { text: previewText(moment, found), data: { moment: moment.name, ...found } }
  },
})

export const momentsProgram: Program = {
  name: 'moments',
  says: '企业朋友圈。',
  commands: [list, show, preview, approve, cancel],
}
