import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { formatFault } from '../../rules/files/rule-fault.ts'
import { loadRules } from '../../rules/load-rules.ts'
import { readWords } from './read-words.ts'
import { experimentReminders, releaseReminders } from './release-reminders.ts'
import type { SopCliDeps, SopCommand } from './sop-command.ts'

export const checkCommand: SopCommand = {
  usage: 'check [文件夹]',
  says: '检查规则文件（默认 config）；错误和提醒逐条列出 文件:行:列',
  run: async (words, deps) => {
    const [folder = 'config'] = readWords(words, { options: {}, names: ['一个文件夹'], least: 0 }).given
    const { book, faults, advice } = await loadRules(folder, VOCABULARY)
    if (book !== undefined) {
      const fromFiles = advice.map((one) => `提醒 ${formatFault(one, folder)}`)
      const fromServer = await reminders(book, deps)
      const good = `规则没有问题：${summary(book)}。版本 ${book.version}`
      return { code: 0, out: [...fromFiles, ...fromServer, good].join('\n'), err: '' }
    }
    const lines = faults.map((fault) => formatFault(fault, folder))
    return { code: 1, out: lines.join('\n'), err: `共 ${faults.length} 处要改。` }
  },
}

/** What the files do not show: versions that the server keeps back, people who were drawn already. */
async function reminders(book: RuleBook, { db, hasDatabase }: SopCliDeps): Promise<string[]> {
  if (!hasDatabase()) return []
  try {
    return await db().tx(async (tx) => [
      ...(await releaseReminders(tx, book)),
      ...(await experimentReminders(tx, book)),
    ])
  } catch {
    return ['提醒：没有连上服务的数据库，只检查了文件。']
  }
}

function summary(book: RuleBook): string {
  const tags = book.tags.reduce((total, group) => total + group.names.length, 0)
  return [
    `渠道 ${book.channels.size} 个`,
    `欢迎语 ${book.welcomes.size} 条`,
    `标签 ${tags} 个`,
    `群池 ${book.pools.size} 个`,
    `话术 ${book.scripts.size} 条`,
    `SOP ${book.sops.size} 个`,
    `定时群发 ${book.sends.size} 个`,
    `梯子 ${book.ladders.size} 个`,
    `事件转发 ${book.webhooks.size} 个`,
  ].join('，')
}
