import { alias } from '../core/db/define-table.ts'
import { pick, select, sql } from '../core/db/sql.ts'
import type { Tx } from '../core/db/tx.ts'
import { currentIdOfGuide, memberOf, type StaffMember, toMember } from '../records/staff/staff-queries.ts'
import { STAFF, STAFF_RENAME } from '../records/staff/staff-tables.ts'
import { keptSessions } from './kept-sessions.ts'
import { SIDEBAR_SESSION } from './session-tables.ts'

const s = alias(SIDEBAR_SESSION, 's')
const m = alias(STAFF, 'm')
const f = alias(STAFF_RENAME, 'f')
const SESSION = pick(s, 'id', 'begun_at', 'seen_at', 'place')
const MEMBER = memberOf(m)
const FORMER = select({ formerId: f.old_userid })

/** Who logged in with this session, as they are today, in one look, since every request asks it; undefined: the session is
 *  over, or nobody's any more. Marks it as seen. Renamed since the login: the same person. Somebody else's userid since: no
 *  longer them. `begunAtMs`: of the login, UTC milliseconds. */
export async function whoAsks(
  tx: Tx,
  login: { id: string; userId: string; begunAtMs: number },
  now: number,
): Promise<{ member: StaffMember; formerIds: string[] } | undefined> {
  const rows = await tx.rows(
    sql`SELECT ${SESSION}, ${MEMBER}, ${FORMER} FROM ${s}
        JOIN ${m} ON ${m.userid} = ${currentIdOfGuide(s.userid)} LEFT JOIN ${f} ON ${f.new_userid} = ${m.userid}
        WHERE ${s.id} = ${login.id} AND ${s.ended_at} IS NULL`,
  )
  const [row] = rows
  if (row === undefined || !(await keptSessions.stillOpen(tx, [row], now)).has(login.id)) return undefined
  if (row.userid === login.userId && row.known_at > login.begunAtMs) return undefined
  // Nothing is joined where there was no other name.
  return { member: toMember(row), formerIds: rows.flatMap(({ formerId }) => (formerId as string | null) ?? []) }
}
