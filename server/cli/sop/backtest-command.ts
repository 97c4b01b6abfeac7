import { join } from 'node:path'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { durationMs } from '../../core/kernel/duration-ms.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { groupQueries } from '../../records/groups/group-queries.ts'
import type { RuleBook, Sop } from '../../rules/book/rule-book.ts'
import { storedSop } from '../../rules/versions/rule-version-store.ts'
import { readSomeSettings } from '../../settings.ts'
import { readKeepDays } from '../../upkeep/people/keep-days.ts'
import { compareOutgoing } from '../../upkeep/rehearsal/compare-outgoing.ts'
import { type Copy, copyForRehearsal } from '../../upkeep/rehearsal/copy-for-rehearsal.ts'
import { type Backtest, rehearseBacktest } from '../../upkeep/rehearsal/rehearse-backtest.ts'
import { meantOutgoing, type OutgoingRule, outgoingInBook, withOutgoing } from '../find/find-outgoing.ts'
import { sopInBook } from '../find/find-sop.ts'
import { guideNames } from '../find/guide-names.ts'
import { readBook, ruleFolder } from '../find/read-book.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { type Desk, defineCommand } from '../frame/command.ts'
import { many, or, text } from '../frame/slot.ts'
import { backtestJson } from './backtest-json.ts'
import { backtestText } from './backtest-text.ts'
import { outgoingJson, outgoingText } from './outgoing-text.ts'
import { readPast } from './read-past.ts'

export const backtestCommand = defineCommand({
  name: 'backtest',
  audited: 'look',
  scope: 'customers',
  says: '回测：把过去的事件按当时的时间再走一遍，旧版本和新版本（默认现行的和文件里的）各会怎么做；只读',
  words: { rule: text('规则', 'SOP、群发、朋友圈、活动、周历或群 SOP 的名称，例如 新客首单') },
  options: {
    since: or('30d', text('多久', '往回多久，例如 30d 或 12h')),
    version: many(text('版本', '写两次：先旧后新；只有 SOP 有')),
  },
  run: async ({ rule: called, since, version: asked }, desk) => {
    if (!/^[1-9]\d{0,3}[hd]$/.test(since)) throw cliFault('wrong-use', '--since 要写成 30d 或 12h 这样。')
    if (asked.length > 2) throw cliFault('wrong-use', '--version 最多写两次：先旧后新。')
    const book = await readBook(desk, ruleFolder(desk))
    const outgoing = book.sops.has(called.trim()) ? undefined : outgoingInBook(book, called)
    const name = outgoing === undefined ? sopCalled(book, called) : ''
    if (outgoing !== undefined && asked.length > 0) {
      throw cliFault('wrong-use', `只有 SOP 存着旧版本：${outgoing.title}比较现行的和文件里的，不要写 --version。`)
    }

    const toMs = desk.clock.now()
    const fromMs = toMs - durationMs(since)
    const { callback } = readKeepDays(desk.env)
    if (fromMs < toMs - callback * DAY_MS) {
      throw cliFault('no', `事件的内容只保存 ${callback} 天（KEEP_CALLBACK_DAYS），--since 最多写 ${callback}d。`)
    }
    const copy = await copyForRehearsal(await desk.db(), 2)
    try {
      const past = { desk, book, copy, fromMs, toMs }
      return outgoing === undefined ? await ofSop(past, name, asked) : await ofOutgoing(past, outgoing)
    } finally {
      for (const scratch of copy.scratches) await scratch.close()
    }
  },
})

function sopCalled(book: RuleBook, called: string): string {
  try {
    return sopInBook(book, called)
  } catch (error) {
    meantOutgoing(book, called)
    throw error
  }
}

interface Past {
  desk: Desk
  /** The rules of the folder. */
  book: RuleBook
  copy: Copy
  fromMs: number
  toMs: number
}

/** Lives through the past by these books, one in each scratch database; all else is alike, so that what differs comes from them. */
async function playBoth({ desk, copy, fromMs, toMs }: Past, books: readonly RuleBook[]) {
  const events = await readPast(await desk.db(), desk.screen, { fromMs, toMs, drawn: copy.cast.drawn })
  const { MASS_SEND_PER_CUSTOMER: perCustomerPerMonth, MASS_SEND_PER_GROUP: perGroupPerMonth } = readSomeSettings(
    desk.env,
    ['MASS_SEND_PER_CUSTOMER', 'MASS_SEND_PER_GROUP'],
  )
  const assetsDir = join(ruleFolder(desk), 'assets')
  const played: Backtest[] = []
  for (const [nth, book] of books.entries()) {
    const scratch = copy.scratches[nth]
    if (scratch === undefined) throw new Error('no scratch database')
    const limits = { perCustomerPerMonth, perGroupPerMonth }
    played.push(await rehearseBacktest({ scratch, book, assetsDir, ...limits, fromMs, toMs, events }))
  }
  return { events: events.replayed.length, played }
}

async function ofSop(past: Past, name: string, asked: readonly string[]) {
  const { book, copy, fromMs, toMs } = past
  const written = book.sops.get(name)
  if (written === undefined) throw new Error(`the book has no ${name}`)
  const versionOf = async (version: string | undefined, otherwise: Sop | undefined): Promise<Sop | undefined> =>
    version === undefined || version === otherwise?.version
      ? otherwise
      : copy.scratches[0]?.tx((tx) => storedSop(tx, name, version, { file: written.file, facts: VOCABULARY.facts }))
  const older = await versionOf(asked[0], copy.inForce?.sops.get(name))
  const newer = await versionOf(asked[1], written)
  if (older === undefined)
    throw cliFault('no', `没有可以对比的旧版本${asked[0] === undefined ? '' : `「${asked[0]}」`}。`)
  if (newer === undefined) throw cliFault('no', `没有版本「${asked[1]}」，用 npm run -s sop -- versions ${name} 查。`)
  const sops = [older, newer].map(({ canary: _canary, ...sop }): Sop => sop)
  const books = sops.map((sop): RuleBook => ({ ...book, sops: new Map([...book.sops, [name, sop]]) }))
  const { events, played } = await playBoth(past, books)
  const [was, is] = sops.map((sop, nth) => ({
    sop,
    entries: (played[nth]?.entries ?? []).filter((entry) => entry.sop === name),
    steps: (played[nth]?.steps ?? []).filter((step) => step.sop === name),
    verdicts: (played[nth]?.verdicts ?? []).filter((verdict) => verdict.sop === name),
  }))
  if (was === undefined || is === undefined) throw new Error('not both were played')
  const report = { fromMs, toMs, events, cast: copy.cast, older: was, newer: is }
  return { text: backtestText(report), data: backtestJson(report) }
}

async function ofOutgoing(past: Past, { name, title, names }: OutgoingRule) {
  const { book, copy, fromMs, toMs, desk } = past
  const { inForce, scratches, cast } = copy
  const before = inForce === undefined ? undefined : namesBefore(inForce, name, names)
  if (inForce === undefined || before === undefined) {
    throw cliFault('no', `没有可以对比的旧版本：服务还没有用过${title}。用 npm run -s sop -- plan 看它以后会发什么。`)
  }
  const both = new Set([...names, ...before])
  const { events } = await playBoth(past, [withOutgoing(book, inForce, both), book])
  const [was, is] = scratches
  if (was === undefined || is === undefined) throw new Error('not both were played')
  const compared = await was.view((older) =>
    is.view((newer) => compareOutgoing({ older, newer }, { names: both, fromMs, toMs })),
  )
  const called = await (await desk.db()).tx(async (tx) => {
    const groups = (await groupQueries.all(tx)).map((group): [string, string] => [group.chatId, group.name])
    return new Map([...groups.filter(([, of]) => of !== ''), ...(await guideNames(tx))])
  })
  const report = { title, fromMs, toMs, events, cast, compared, called }
  return { text: outgoingText(report), data: outgoingJson(report) }
}

/** The names that it had when the server last had it; undefined: it never had it. */
const namesBefore = (inForce: RuleBook, name: string, names: ReadonlySet<string>): ReadonlySet<string> | undefined =>
  outgoingInBook(inForce, name)?.names ??
  ([...names].some((one) => inForce.sends.has(one) || inForce.moments.has(one) || inForce.duties.has(one))
    ? names
    : undefined)
