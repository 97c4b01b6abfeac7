import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { updateFree } from '../../core/db/update-free.ts'
import type { RuleNames } from '../../records/define-capability.ts'
import { slotOf } from './proposal-store.ts'
import { pathOf } from './tier-store.ts'
import { CUSTOMER_TIER, TIER_MOVE, TIER_POOL, TIER_PROPOSAL, TIER_RUN, TIER_SEAT } from './tier-tables.ts'

const [t, _m, p] = [CUSTOMER_TIER, TIER_MOVE, TIER_PROPOSAL]

async function renameLadder(tx: Tx, from: string, to: string): Promise<void> {
  const levels = await tx.rows(sql`SELECT DISTINCT ${pick(t, 'path')} FROM ${t} WHERE ${t.ladder} = ${from}`)
  for (const { path } of levels) {
    const level = path.slice(from.length + 1)
    const isOn = sql`${t.ladder} = ${from} AND ${t.path} = ${path}`
    await updateFree(tx, t, { ladder: to, path: pathOf(to, level) }, isOn)
  }
  const standing = await tx.rows(
    sql`SELECT ${pick(p, 'id', 'kind', 'external_userid')} FROM ${p}
        WHERE ${p.ladder} = ${from} AND ${p.open_slot} IS NOT NULL`,
  )
  for (const { id, kind, external_userid } of standing) {
    await updateFree(tx, p, { open_slot: slotOf(kind, to, external_userid) }, sql`${p.id} = ${id}`)
  }
  for (const table of [TIER_MOVE, TIER_PROPOSAL, TIER_SEAT, TIER_RUN, TIER_POOL]) {
    await updateFree(tx, table, { ladder: to }, sql`${table.ladder} = ${from}`)
  }
}

async function renameLevel(tx: Tx, ladder: string, from: string, to: string): Promise<void> {
  await updateFree(tx, t, { path: pathOf(ladder, to) }, sql`${t.path} = ${pathOf(ladder, from)}`)
  for (const table of [TIER_MOVE, TIER_PROPOSAL]) {
    const isOf = sql`${table.ladder} = ${ladder}`
    await updateFree(tx, table, { from_level: to }, sql`${isOf} AND ${table.from_level} = ${from}`)
    await updateFree(tx, table, { to_level: to }, sql`${isOf} AND ${table.to_level} = ${from}`)
  }
  for (const table of [TIER_SEAT, TIER_POOL]) {
    await updateFree(tx, table, { level: to }, sql`${table.ladder} = ${ladder} AND ${table.level} = ${from}`)
  }
}

/** Everybody stays on their level, at their guide, and what was proposed to them stands. */
export const tierRuleNames: RuleNames = {
  rename: async (tx, renamed) => {
    const { kind, from, to } = renamed
    if (kind === 'ladder') await renameLadder(tx, from, to)
    else if (kind === 'level') await renameLevel(tx, renamed.within, from, to)
  },
  isInUse: async (tx, named) => {
    if (named.kind !== 'ladder' && named.kind !== 'level') return false
    const isIt =
      named.kind === 'level' ? sql`${t.path} = ${pathOf(named.within, named.name)}` : sql`${t.ladder} = ${named.name}`
    return (await tx.row(sql`SELECT ${pick(t, 'id')} FROM ${t} WHERE ${isIt} LIMIT 1`)) !== undefined
  },
}
