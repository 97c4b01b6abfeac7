import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { approveRun } from '../../operations/mass-send/approve-run.ts'
import { sendQueries } from '../../operations/mass-send/send-queries.ts'
import { ofMany, RUN_STATE_ZH } from '../../operations/mass-send/send-states.ts'
import { fileAuthor } from '../../rules/files/file-author.ts'
import { readBook, ruleFolder } from '../find/read-book.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { type Desk, defineCommand } from '../frame/command.ts'
import { numbered } from '../frame/slot.ts'

export const approveCommand = defineCommand({
  name: 'approve',
  audited: 'change',
  scope: 'operate',
  says: '批准一次等待批准的群发（规则里写了 approval）；写规则的人不能自己批准',
  words: { run: numbered('编号', '先用 list 查') },
  run: async ({ run: runId }, desk) => {
    const db = await desk.db()
    const run = await db.tx((tx) => sendQueries.run(tx, runId))
    if (run === undefined) throw cliFault('no', `没有编号 ${runId} 的群发，先用 list 查。`)
    if (run.approved !== undefined) {
      throw cliFault(
        'no',
        `#${runId}「${run.name}」已经由 ${run.approved.by} 在 ${shanghaiText(run.approved.atMs)} 批准过。`,
      )
    }
    if (run.state !== 'awaiting') {
      throw cliFault('no', `#${runId}「${run.name}」${RUN_STATE_ZH[run.state]}，没有要批准的。`)
    }
    const { name: by } = desk.operator
    const writer = await writerOf(desk, run)
    if (writer === by) {
      throw cliFault('no', `「${run.name}」这一版规则是 ${by} 写的，要由另一个人批准。`)
    }
    if (!(await db.tx((tx) => approveRun(tx, runId, { by, nowMs: desk.clock.now() })))) {
      throw cliFault('no', `#${runId}「${run.name}」已经过了发送时间，批准不了；改规则里的时间再发。`)
    }
    const at = shanghaiText(run.scheduledAtMs)
    return {
      text: `#${runId}「${run.name}」已由 ${by} 批准：${at} 请${run.chatType === 'group' ? '群主' : '导购'}确认，发给 ${ofMany({ chat_type: run.chatType }, run.counts.planned)}。反悔用 cancel ${runId}。`,
      data: { run: runId, by, scheduledAtMs: run.scheduledAtMs, chatType: run.chatType, many: run.counts.planned },
      changed: [{ of: `#${runId} ${run.name}`, before: { state: run.state }, after: { approvedBy: by } }],
    }
  },
})

/** Who wrote what goes out; undefined where the rule has changed since, or nobody knows. */
async function writerOf(desk: Desk, { name, version }: { name: string; version: string }): Promise<string | undefined> {
  const send = (await readBook(desk)).sends.get(name)
  if (send?.version !== version) return undefined
  return (await fileAuthor(ruleFolder(desk), send.file)).name
}
