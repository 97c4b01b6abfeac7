import { all, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import type { MomentRule } from '../../rules/schema/rule-files.ts'
import { MOMENT_RUN, type MomentRunRow } from './moment-tables.ts'

/** The rule as it stood when the run was opened: later edits do not change a run. */
export type MomentSnapshot = Pick<MomentRule, 'content' | 'guides' | 'tags'>

export const snapshotOf = ({ rule_json }: Pick<MomentRunRow, 'rule_json'>): MomentSnapshot =>
  JSON.parse(rule_json) as MomentSnapshot

/** The text as WeCom lists it. */
export const textOf = (run: Pick<MomentRunRow, 'rule_json'>): string => (snapshotOf(run).content.text ?? '').trim()

/** Throws moments.no-run, which never gets better. */
export async function needRun(tx: Tx, runId: number): Promise<MomentRunRow> {
  const run = await tx.row(sql`SELECT ${all(MOMENT_RUN)} FROM ${MOMENT_RUN} WHERE ${MOMENT_RUN.id} = ${runId}`)
  if (run === undefined)
    throw new AppError('moments.no-run', `moment run ${runId} does not exist`, { zh: '这条朋友圈的记录已经删除' })
  return run
}

export const changeRun = (tx: Tx, runId: number, changes: Partial<MomentRunRow>): Promise<number> =>
  tx.run(sql`UPDATE ${MOMENT_RUN} SET ${set(MOMENT_RUN, changes)} WHERE ${MOMENT_RUN.id} = ${runId}`)

export const reasonOf = (run: MomentRunRow, text: string) => ({
  text,
  rule: { kind: 'moment', name: run.moment_name, version: run.rule_version },
})
