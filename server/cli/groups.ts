import { facts } from '../capabilities/facts.ts'
import { shanghaiText } from '../core/kernel/shanghai.ts'
import { groupWelcomes } from '../operations/group-welcomes/group-welcome-queries.ts'
import { type Misplaced, misplacedMembers } from '../operations/routing/misplaced.ts'
import { type DuplicateMember, duplicateMembers } from '../records/groups/duplicate-members.ts'
import { groupQueries } from '../records/groups/group-queries.ts'
import { poolFullness } from '../records/groups/pool-fullness.ts'
import type { Pool, RuleBook } from '../rules/book/rule-book.ts'
import { findNamed } from './find/find-named.ts'
import { readBook } from './find/read-book.ts'
import { defineCommand, mostListed, type Program } from './frame/command.ts'
import { optional, text } from './frame/slot.ts'
import { table } from './frame/table.ts'
import { dutiesCommand } from './groups/duties-command.ts'
import { tagCommand, untagCommand } from './groups/tag-commands.ts'
import { misplacedSheet, misplacedText, poolsSheet, poolsText, welcomeState } from './groups-text.ts'

const NO_POOL = '还没有群池（在 config/groups/ 里写一个）'
const poolSlot = optional(text('群池', '只看这一个群池；不写就看全部'))

const chosen = (book: RuleBook, name: string | undefined): Pool[] =>
  name === undefined
    ? [...book.pools.values()]
    : [findNamed(book.pools, name, { kind: '群池', where: 'config/groups/' })]

const pools = defineCommand({
  name: 'pools',
  audited: 'no',
  scope: 'open',
  says: '每个群池有几个群、多少人、还有多少空位、入群码和入群欢迎语好了没有',
  lists: true,
  run: async (_values, desk) => {
    const book = await readBook(desk)
    const found = await (await desk.db()).tx(async (tx) => {
      const all = []
      const templates = new Map((await groupWelcomes.all(tx)).map((row) => [row.pool, row]))
      for (const [name, { value }] of book.pools) {
        const pool = await poolFullness(tx, book, name)
        const welcome = welcomeState(value.welcome !== undefined, templates.get(name))
        if (pool !== undefined) all.push({ ...pool, welcome })
      }
      return all
    })
    return { text: poolsText(found), data: { pools: found }, sheet: poolsSheet(found) }
  },
})

const misplaced = defineCommand({
  name: 'misplaced',
  audited: 'look',
  scope: 'customers',
  says: '群里不符合入群条件的成员',
  lists: true,
  words: { pool: poolSlot },
  run: async ({ pool: name }, desk) => {
    const book = await readBook(desk)
    const reader = { db: await desk.db(), rules: { current: () => book }, facts, groups: { queries: groupQueries } }
    const found: { pool: string; members: Misplaced[] }[] = []
    const parts: string[] = []
    for (const pool of chosen(book, name)) {
      const members: Misplaced[] = []
      for await (const member of misplacedMembers(reader, pool.name, desk.clock.now())) members.push(member)
      found.push({ pool: pool.name, members })
      parts.push(misplacedText(pool, members))
    }
    return {
      text: parts.join('\n\n') || NO_POOL,
      data: { pools: found },
      sheet: misplacedSheet(found),
      isNo: found.some(({ members }) => members.length > 0),
    }
  },
})

const duplicates = defineCommand({
  name: 'duplicates',
  audited: 'look',
  scope: 'customers',
  says: '同一个群池里进了不止一个群的客户：占着别人的位置，也会收到两遍',
  lists: true,
  words: { pool: poolSlot },
  run: async ({ pool: name }, desk, form) => {
    const wanted = chosen(await readBook(desk), name).map((pool) => pool.name)
    const found = await (await desk.db()).view((tx) => duplicateMembers(tx, { pools: wanted, limit: mostListed(form) }))
    const rows = found.map(duplicateCells)
    const none = wanted.length === 0 ? NO_POOL : '没有客户在同一个群池里进了不止一个群。'
    return {
      text:
        rows.length === 0 ? none : `${rows.length} 位客户在同一个群池里进了不止一个群：\n${table([HEADER, ...rows])}`,
      data: { customers: found },
      sheet: { header: HEADER, rows },
      isNo: found.length > 0,
    }
  },
})

const HEADER = ['群池', '群里的昵称', '客户编号', '群（先进的在前）']

const duplicateCells = ({ pool, name, externalUserId, groups }: DuplicateMember): string[] => [
  pool,
  name ?? '',
  externalUserId,
  groups.map((one) => `${one.name || '未命名的群'}（${shanghaiText(one.joinedAtMs)}）`).join('、'),
]

export const groupsProgram: Program = {
  name: 'groups',
  says: '客户群：够不够用，谁进错了，谁进重了；群里要员工做的事；群标签。',
  commands: [pools, misplaced, duplicates, dutiesCommand, tagCommand, untagCommand],
}
