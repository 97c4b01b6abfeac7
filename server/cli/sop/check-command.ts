import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { AtHand } from '../../rules/at-hand.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { formatFault, type RuleFault } from '../../rules/files/rule-fault.ts'
import { loadRules } from '../../rules/load-rules.ts'
import { readSomeSettings } from '../../settings.ts'
import { atHand } from '../../upkeep/at-hand.ts'
import { linksOfNobody, linksWithoutAddress } from '../../upkeep/links-without-address.ts'
import { ruleFolder } from '../find/read-book.ts'
import { type Desk, defineCommand } from '../frame/command.ts'
import { optional, text } from '../frame/slot.ts'
import { experimentReminders, releaseReminders } from './release-reminders.ts'

export const folderSlot = optional(text('文件夹', '规则的文件夹，默认 config（或 HUOSHUI_CONFIG）'))

export const checkCommand = defineCommand({
  name: 'check',
  audited: 'no',
  scope: 'open',
  says: '检查规则文件；错误和提醒逐条列出 文件:行:列',
  lists: true,
  words: { folder: folderSlot },
  run: async ({ folder: written }, desk) => {
    const folder = written ?? ruleFolder(desk)
    const known = await knownTo(desk)
    const isAtHand = known !== undefined && known !== 'unreachable'
    const { book, faults, advice } = await loadRules(folder, VOCABULARY, isAtHand ? known : undefined)
    const ofServer = book !== undefined && isAtHand ? await reminders(book, desk) : []
    const fromServer = [...(known === 'unreachable' ? [NO_DATABASE] : ofServer), ...ofSettings(book, desk)]
    const answer = {
      data: { version: book?.version ?? null, faults, advice, reminders: fromServer },
      sheet: {
        header: ['错误或提醒', '文件', '行', '列', '说明', '建议'],
        rows: [...faults.map((one) => cellsOf('错误', one)), ...advice.map((one) => cellsOf('提醒', one))],
      },
    }
    if (book !== undefined) {
      const fromFiles = advice.map((one) => `提醒 ${formatFault(one, folder)}`)
      const good = `规则没有问题：${summary(book)}。版本 ${book.version}`
      return { ...answer, text: [...fromFiles, ...fromServer, good].join('\n') }
    }
    const lines = faults.map((fault) => formatFault(fault, folder))
    return { ...answer, text: lines.join('\n'), remark: `共 ${faults.length} 处要改。`, isNo: true }
  },
})

const cellsOf = (kind: string, { file, line, column, message, suggestion }: RuleFault) => [
  kind,
  file,
  line,
  column,
  message,
  suggestion ?? null,
]

const NO_DATABASE = '提醒：没有连上服务的数据库，只检查了文件。'

/** What the server's database knows; undefined: the server never ran here. */
async function knownTo(desk: Desk): Promise<AtHand | 'unreachable' | undefined> {
  if (!desk.hasDatabase()) return undefined
  try {
    return await atHand(await desk.db())
  } catch {
    return 'unreachable'
  }
}

/** What the files do not show: versions that the server keeps back, people who were drawn already. */
const reminders = async (book: RuleBook, desk: Desk): Promise<string[]> =>
  (await desk.db()).tx(async (tx) => [...(await releaseReminders(tx, book)), ...(await experimentReminders(tx, book))])

/** What the files ask of the settings. */
function ofSettings(book: RuleBook | undefined, { env }: Pick<Desk, 'env'>): string[] {
  if (book === undefined) return []
  const without = linksWithoutAddress(book)
  if (without === undefined) return []
  const { PUBLIC_URL, LINK_LOGIN } = readSomeSettings(env, ['PUBLIC_URL', 'LINK_LOGIN'])
  if (PUBLIC_URL === undefined) return [`提醒：没有设 PUBLIC_URL，${without}。`]
  const ofNobody = LINK_LOGIN === 'yes' ? undefined : linksOfNobody(book)
  return ofNobody === undefined ? [] : [`提醒：没有设 LINK_LOGIN=yes，${ofNobody}。`]
}

function summary(book: RuleBook): string {
  const sends = [...book.sends.values()]
  const ofCampaigns = sends.filter(({ campaign }) => campaign !== undefined).length
  const ofCalendars = sends.filter(({ occasions }) => occasions !== undefined).length - ofCampaigns
  const tags = book.tags.reduce((total, group) => total + group.names.length, 0)
  return [
    `渠道 ${book.channels.size} 个`,
    `欢迎语 ${book.welcomes.size} 条`,
    `标签 ${tags} 个`,
    `群池 ${book.pools.size} 个`,
    `话术 ${book.scripts.size} 条`,
    `SOP ${book.sops.size} 个`,
    `定时群发 ${sends.length - ofCalendars - ofCampaigns} 个`,
    ...(ofCalendars === 0 ? [] : [`社群日历里的主题日和预告 ${ofCalendars} 个`]),
    ...(book.campaigns.size === 0 ? [] : [`活动 ${book.campaigns.size} 个`]),
    ...(book.moments.size === 0 ? [] : [`企业朋友圈 ${book.moments.size} 条`]),
    `梯子 ${book.ladders.size} 个`,
    `事件转发 ${book.webhooks.size} 个`,
    ...(book.shops.size === 0 ? [] : [`店铺 ${book.shops.size} 家`]),
  ].join('，')
}
