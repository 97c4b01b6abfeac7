import { syncQueries } from '../upkeep/sync/sync-queries.ts'
import { followRun } from './follow-run.ts'
import { cliFault } from './frame/cli-fault.ts'
import { type Answer, defineCommand, mostListed, type Program } from './frame/command.ts'
import { flag, numbered, optional } from './frame/slot.ts'
import { type OpenSync, openSync } from './open-sync.ts'
import { foundSheet, MOST_RUNS, runsSheet, runsText, runText } from './reconcile-text.ts'

const report = defineCommand({
  name: 'report',
  audited: 'look',
  scope: 'customers',
  says: '列出最近的核对；写编号就列出那一次找到的每一项',
  lists: true,
  words: { id: optional(numbered('编号', '只看这一次')) },
  run: async ({ id }, desk) =>
    (await desk.db()).tx(async (tx): Promise<Answer> => {
      if (id === undefined) {
        const runs = await syncQueries.recent(tx, 'reconcile', MOST_RUNS)
        return { text: runsText(runs), data: { runs }, sheet: runsSheet(runs) }
      }
      const run = await syncQueries.byId(tx, id)
      if (run === undefined || run.kind !== 'reconcile') {
        throw cliFault('no', `没有编号是 ${id} 的核对。运行 npm run -s reconcile -- report 看有哪些。`)
      }
      const found = await syncQueries.missedChanges.ofRun(tx, id, mostListed('csv'))
      return {
        text: await runText(tx, run, { every: true }),
        data: { run, found },
        sheet: foundSheet(found),
        isNo: run.found > 0 || run.gaps > 0,
      }
    }),
})

/** `open`: the product that does the reading. */
export const createReconcileProgram = (open: OpenSync = openSync): Program => ({
  name: 'reconcile',
  says: '核对：把企业微信里的现状和这里记的逐一对照，找出没有收到通知的变化，并照收到通知时那样补上。每天凌晨三点到五点会自己做一次。',
  more: '迟到的新客户：照样记来源、打渠道标签；永远不补发欢迎语；超过一天的不再进入 SOP、不再邀请入群。',
  commands: [
    defineCommand({
      name: '',
      audited: 'change',
      scope: 'operate',
      says: '现在就核对',
      options: { dry: flag('只找不改') },
      run: async ({ dry }, desk) => {
        const deps = await open(desk)
        try {
          const run = await followRun(deps, { kind: 'reconcile', dry })
          if (run.state === 'failed') {
            throw cliFault(
              'no',
              '企业微信没有给出可以联系客户的成员名单，所以没有核对。运行 npm run -s doctor 看原因，改好后再运行一次。',
            )
          }
          const text = await deps.db.tx((tx) => runText(tx, run))
          // Each change of it stands in the report of this number.
          const changed = dry ? [] : [{ of: `#${run.id}`, after: { found: run.found } }]
          return { text, data: run, isNo: run.found > 0 || run.gaps > 0, changed }
        } finally {
          await deps.close()
        }
      },
    }),
    report,
  ],
})
