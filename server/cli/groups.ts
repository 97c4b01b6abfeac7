import { pathToFileURL } from 'node:url'
import { facts } from '../capabilities/facts.ts'
import { VOCABULARY } from '../capabilities/vocabulary.ts'
import type { Db } from '../core/db/db.ts'
import { type Clock, systemClock } from '../core/kernel/clock.ts'
import { misplacedMembers } from '../operations/routing/misplaced.ts'
import { groupQueries } from '../records/groups/group-queries.ts'
import { poolFullness } from '../records/groups/pool-fullness.ts'
import type { Pool, RuleBook } from '../rules/book/rule-book.ts'
import { loadRules } from '../rules/load-rules.ts'
import { readSomeSettings } from '../settings.ts'
import { misplacedText, poolsText } from './groups-text.ts'
import { type Outcome, runOnDatabase } from './outcome.ts'

const USAGE = `用法：npm run -s groups -- <命令>

  pools               每个群池有几个群、多少人、还有多少空位、入群码好了没有
  misplaced [群池]    群里不符合入群条件的成员；不写群池就列出全部

退出码：0 正常（misplaced：没有这样的成员），1 有不符合的成员或读不到，2 用法不对`

export interface GroupsCliDeps {
  db: Db
  clock: Clock
  /** The config folder. */
  folder: string
}

const good = (out: string): Outcome => ({ code: 0, out, err: '' })
const wrongUse = (message: string): Outcome => ({ code: 2, out: '', err: `${message}\n\n${USAGE}` })

/** `words`: the command line after the program's name. Only reads. */
export async function runGroups(words: readonly string[], deps: GroupsCliDeps): Promise<Outcome> {
  const [command, name, ...more] = words
  if (command === undefined) return wrongUse('没有写命令。')
  if (command === 'help' || command === '--help' || command === '-h') return good(USAGE)
  if (more.length > 0) return wrongUse(`多了 ${more[0]}。`)
  if (command !== 'pools' && command !== 'misplaced') return wrongUse(`没有「${command}」这个命令。`)
  if (command === 'pools' && name !== undefined) return wrongUse(`pools 后面不用写 ${name}。`)
  const { book, faults } = await loadRules(deps.folder, VOCABULARY)
  if (book === undefined) {
    return { code: 1, out: '', err: `规则有 ${faults.length} 处错误，先运行 npm run -s sop -- check ${deps.folder}` }
  }
  if (command === 'pools') return pools(deps, book)
  if (name === undefined) return misplaced(deps, book, [...book.pools.values()])
  const pool = book.pools.get(name)
  if (pool !== undefined) return misplaced(deps, book, [pool])
  const known = [...book.pools.keys()].map((one) => `「${one}」`).join('、')
  return wrongUse(`没有叫「${name}」的群池。${known === '' ? '' : `有：${known}`}`)
}

async function pools({ db }: GroupsCliDeps, book: RuleBook): Promise<Outcome> {
  return db.tx(async (tx) => {
    const found = []
    for (const name of book.pools.keys()) found.push(await poolFullness(tx, book, name))
    return good(poolsText(found.filter((pool) => pool !== undefined)))
  })
}

async function misplaced({ db, clock }: GroupsCliDeps, book: RuleBook, chosen: Pool[]): Promise<Outcome> {
  const reader = { db, rules: { current: () => book }, facts, groups: { queries: groupQueries } }
  const parts: string[] = []
  let hasFindings = false
  for (const pool of chosen) {
    const members = []
    for await (const member of misplacedMembers(reader, pool.name, clock.now())) members.push(member)
    hasFindings ||= members.length > 0
    parts.push(misplacedText(pool, members))
  }
  return { code: hasFindings ? 1 : 0, out: parts.join('\n\n') || '还没有群池（在 config/groups/ 里写一个）', err: '' }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runOnDatabase((words, db) => {
    const { HUOSHUI_CONFIG: folder } = readSomeSettings(process.env, ['HUOSHUI_CONFIG'])
    return runGroups(words, { db, clock: systemClock, folder })
  })
}
