import { followRun } from './follow-run.ts'
import { cliFault } from './frame/cli-fault.ts'
import { defineCommand, type Program } from './frame/command.ts'
import { type OpenSync, openSync } from './open-sync.ts'
import { unreadRowsLines } from './unread-rows-text.ts'

/** `open`: the product that does the reading. */
export const createSyncProgram = (open: OpenSync = openSync): Program => ({
  name: 'sync',
  says: '全部重读一遍。',
  commands: [
    defineCommand({
      name: '',
      audited: 'change',
      scope: 'operate',
      says: '把企业微信里的成员、标签、客户、客户群、渠道活码和入群码都读一遍，只写有变化的。',
      more: [
        '服务在运行时由服务去读（欢迎语永远优先），这里只显示进度；服务没有运行时由本命令读，其他事等服务启动后再做。',
        '随时可以按 Ctrl-C 或断电：已读到的都在，下次启动服务或再运行本命令时接着读。读的过程中，读到的就能用。',
      ].join('\n'),
      run: async (_values, desk) => {
        const deps = await open(desk)
        try {
          const run = await followRun(deps, { kind: 'sync', dry: false })
          if (run.state === 'failed') {
            throw cliFault(
              'no',
              '企业微信没有给出可以联系客户的成员名单，所以什么也没读。运行 npm run -s doctor 看原因，改好后再运行一次。',
            )
          }
          const seconds = Math.round(((run.finishedAtMs ?? 0) - run.startedAtMs) / 1_000)
          const head = `读完：客户关系 ${run.relations} 条，客户群 ${run.groupsRead} 个，用时 ${seconds} 秒。`
          const changed = [{ of: `#${run.id}`, after: { relations: run.relations, groups: run.groupsRead } }]
          if (run.gaps === 0) return { text: head, data: run, changed }
          const gaps = `有 ${run.gaps} 处没读到（没有许可、企业微信拒绝或答复读不懂），原因在服务日志里；已读到的不受影响。`
          const unread = await deps.db.tx((tx) => unreadRowsLines(tx, run))
          return { text: [head, gaps, ...unread].join('\n'), data: run, isNo: true, changed }
        } finally {
          await deps.close()
        }
      },
    }),
  ],
})
