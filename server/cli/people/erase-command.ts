import { setTimeout as pauseFor } from 'node:timers/promises'
import type { Db } from '../../core/db/db.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { customerQueries } from '../../records/customers/customer-queries.ts'
import { groupQueries } from '../../records/groups/group-queries.ts'
import type { Erasures } from '../../records/privacy/erasures.ts'
import { readSomeSettings } from '../../settings.ts'
import { type Cleared, clearFreePages } from '../../upkeep/people/clear-free-pages.ts'
import { erasePerson, type TableReceipt, underWay } from '../../upkeep/people/erase-person.ts'
import { exportPerson } from '../../upkeep/people/export-person.ts'
import type { PersonNames } from '../../upkeep/people/own-rows.ts'
import { personNames } from '../../upkeep/people/person-names.ts'
import { customerSlot, findCustomer } from '../find/find-customer.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { type Command, type Desk, defineCommand } from '../frame/command.ts'
import { flag, optional, text } from '../frame/slot.ts'
import { table } from '../frame/table.ts'
import { consentsOf, RESTRICTED } from './consent-commands.ts'
import { erasuresOf } from './erased-list.ts'
import { type ErasureReceipt, receiptText } from './people-text.ts'

export interface EraseDeps {
  pause(ms: number): Promise<unknown>
}

/** The server hears of an erasure within a second; what it was just doing ends within some more. */
const HEARD_MS = 2 * SECOND_MS
const LONGEST_WAITS = 15

export const createEraseCommand = ({ pause = pauseFor }: Partial<EraseDeps>): Command =>
  defineCommand({
    name: 'erase',
    audited: 'change',
    scope: 'owner',
    says: '删除一位客户的个人信息，给出回执。不写 --yes 只看会删什么',
    more: [
      '法律要求保存的交易记录留下，但不再知道是谁的。删除以后：晚到的通知、商城再推送的旧订单和旧问卷都不会写回来；客户重新添加导购，是一位新客户。',
      '还是好友或还在群里的客户，企业微信里有他的昵称和备注，同步会再读到：先请导购删除好友、移出群。坚持要删时写 --still-there，以后读到的算新客户，并限制处理。',
    ].join('\n'),
    words: { customer: customerSlot },
    options: {
      yes: flag('真的删除；不能撤销'),
      'still-there': flag('还是好友、还在群里也删'),
      vacuum: flag('数据库文件很大也重写一遍，期间服务写不了库'),
      by: optional(text('谁', '谁来删的，写进回执')),
    },
    run: async (values, desk) => {
      const { customer, yes, 'still-there': stillThere, vacuum, by: byWhom } = values
      const db = await desk.db()
      const erasures = erasuresOf(desk)
      const { externalUserId, name } = await whom(db, customer, erasures)
      if (!yes) return previewOf(db, externalUserId, name)
      const present = await placesOf(db, externalUserId)
      if (present !== '' && !stillThere) {
        throw cliFault(
          'no',
          `「${name}」${present}：先请导购删除好友、移出群，再运行一次；坚持现在删就加 --still-there。`,
        )
      }
      const person = await db.view((view) => personNames(view, externalUserId))
      const atMs = desk.clock.now()
      await db.tx((tx) => erasures.note(tx, person, { atMs, byWhom }))
      const { tables, stillUnderWay } = await eraseAll(db, person, { desk, pause })
      if (present !== '') await restrict(db, externalUserId, { desk, byWhom })
      const { DATABASE_URL } = readSomeSettings(desk.env, ['DATABASE_URL'])
      const cleared: Cleared = await clearFreePages(db, DATABASE_URL, { force: vacuum })
      const receipt: ErasureReceipt = { atMs, byWhom: byWhom ?? null, tables, cleared, stillUnderWay }
      await db.tx((tx) => erasures.keepReceipt(tx, externalUserId, receipt))
      // Without whose they were.
      const changed = tables.map(({ table: of, deleted, emptied }) => ({ of, after: { deleted, emptied } }))
      const isNo = stillUnderWay > 0 || cleared === 'too-large'
      return { text: receiptText(name, receipt), data: receipt, isNo, changed }
    },
  })

/** Somebody whose rows are gone is found by their id, as long as the list knows it: for running it again. */
async function whom(db: Db, written: string, erasures: Erasures): Promise<{ externalUserId: string; name: string }> {
  const id = written.trim()
  const isOnList = (await db.view((view) => erasures.rowOf(view, id))) !== undefined
  if (isOnList) return { externalUserId: id, name: id }
  return db.view((view) => findCustomer(view, written))
}

async function placesOf(db: Db, externalUserId: string): Promise<string> {
  const [follows, groups] = await db.tx(async (tx) => [
    (await customerQueries.followsOf(tx, externalUserId)).filter(({ active }) => active),
    await groupQueries.groupsOf(tx, externalUserId),
  ])
  const said = [
    ...(follows.length === 0 ? [] : [`还是 ${follows.length} 位导购的好友`]),
    ...(groups.length === 0 ? [] : [`还在 ${groups.length} 个群里`]),
  ]
  return said.join('，')
}

async function previewOf(db: Db, externalUserId: string, name: string) {
  const found = await exportPerson(db, await db.view((view) => personNames(view, externalUserId)))
  const present = await placesOf(db, externalUserId)
  const rows = found.map((one) => [one.table, String(one.rows.length), one.purpose])
  const warning = present === '' ? [] : [`这位客户${present}：先请导购删除好友、移出群。`]
  return {
    text: [
      `「${name}」有这些行，还没有删；加上 --yes 就删除，不能撤销：`,
      table([['表', '行', '为什么存'], ...rows]),
      ...warning,
    ].join('\n'),
    data: { externalUserId, tables: found.map((one) => ({ table: one.table, rows: one.rows.length })) },
    changed: [],
  }
}

/** Twice: what the server wrote in the moment before it heard of the erasure is found the second time. */
async function eraseAll(
  db: Db,
  person: PersonNames,
  { desk, pause }: { desk: Desk } & EraseDeps,
): Promise<{ tables: TableReceipt[]; stillUnderWay: number }> {
  const working = (): Promise<number> => db.tx((tx) => underWay(tx, person.externalUserId, desk.clock.now()))
  const before = await working()
  const first = await erasePerson(db, person)
  await pause(HEARD_MS)
  // Whose rows we have deleted is not to be seen any more, but their leases were short.
  for (let waits = 0; before > 0 && waits < LONGEST_WAITS; waits++) await pause(HEARD_MS)
  return { tables: added([...first, ...(await erasePerson(db, person))]), stillUnderWay: await working() }
}

function added(receipts: readonly TableReceipt[]): TableReceipt[] {
  const byTable = new Map<string, TableReceipt>()
  for (const one of receipts) {
    const held = byTable.get(one.table)
    const sum = { deleted: (held?.deleted ?? 0) + one.deleted, emptied: (held?.emptied ?? 0) + one.emptied }
    byTable.set(one.table, { ...held, ...one, ...sum })
  }
  return [...byTable.values()]
}

/** Who comes back by being there is not written to: they have just asked to be forgotten. */
async function restrict(db: Db, externalUserId: string, { desk, byWhom }: { desk: Desk; byWhom: string | undefined }) {
  const consents = consentsOf(desk)
  await db.tx(async (tx) => {
    for (const kind of RESTRICTED) {
      await consents.record(tx, {
        externalUserId,
        kind,
        state: 'refused',
        source: 'customer',
        byWhom,
        note: '要求删除',
      })
    }
  })
}
