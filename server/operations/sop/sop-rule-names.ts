import { pick, sql } from '../../core/db/sql.ts'
import { updateFree } from '../../core/db/update-free.ts'
import type { RuleNames } from '../../records/define-capability.ts'
import { heldOutName } from './experiments/hold-out-result.ts'
import {
  SOP_ENTRY,
  SOP_LOOK,
  SOP_MEMBER,
  SOP_MESSAGE,
  SOP_OCCURRENCE,
  SOP_REFUSAL,
  SOP_SCHEDULE,
  SOP_SPLIT,
} from './sop-tables.ts'

/** Who is inside stays inside, and whoever was does not enter once more. */
export const sopRuleNames: RuleNames = {
  rename: async (tx, { kind, from, to }) => {
    if (kind !== 'sop') return
    for (const table of [SOP_ENTRY, SOP_SPLIT, SOP_MESSAGE, SOP_REFUSAL]) {
      await updateFree(tx, table, { sop: to }, sql`${table.sop} = ${from}`)
    }
    for (const table of [SOP_SCHEDULE, SOP_OCCURRENCE, SOP_MEMBER]) {
      for (const share of ['', '#canary']) {
        await updateFree(tx, table, { scan_key: `${to}${share}` }, sql`${table.scan_key} = ${`${from}${share}`}`)
      }
    }
    const heldOut = heldOutName(from, '')
    const looks = await tx.rows(
      sql`SELECT ${pick(SOP_LOOK, 'comparison')} FROM ${SOP_LOOK} WHERE ${SOP_LOOK.comparison} LIKE ${`${heldOut}%`}`,
    )
    for (const { comparison } of looks) {
      const name = heldOutName(to, comparison.slice(heldOut.length))
      await updateFree(tx, SOP_LOOK, { comparison: name }, sql`${SOP_LOOK.comparison} = ${comparison}`)
    }
  },
  isInUse: async (tx, { kind, name }) =>
    kind === 'sop' &&
    (await tx.row(sql`SELECT ${pick(SOP_ENTRY, 'id')} FROM ${SOP_ENTRY} WHERE ${SOP_ENTRY.sop} = ${name} LIMIT 1`)) !==
      undefined,
}
