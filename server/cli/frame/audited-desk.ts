import type { Db } from '../../core/db/db.ts'
import { type AuditNote, noteAudit } from '../../records/audit/audit-notes.ts'
import { cliFault } from './cli-fault.ts'
import type { Answer, Changed, Command, Desk, Program } from './command.ts'
import { type CommandScope, refusedBy } from './command-scope.ts'
import type { ReadLine } from './read-line.ts'

/** Places and options whose values name a customer: the audit says whom by id, never by name. */
const NAMES_A_CUSTOMER = new Set(['customer', 'customers', 'name', 'who', 'phone', 'union'])
const MOST_NAMED = 50
/** Of a command that changes thousands the values, and the list that it prints, say the rest. */
const MOST_CHANGES = 200

/** The desk at which a command is run, and written down: that it began, before it gets at the database, and how it ended. A
 *  command whose beginning cannot be written does not begin. */
export function auditedDesk(desk: Desk, program: Program, { command, values, form }: ReadLine) {
  const what = `command.${[program.name.replace(':', '-'), command.name].filter((word) => word !== '').join('.')}`
  let isTold = false

  const note = (detail: Record<string, unknown>, customer?: string): AuditNote => ({
    ...{ atMs: desk.clock.now(), actor: desk.operator.name, actorKind: 'command', origin: desk.operator.host },
    ...{ what, detail, customer },
  })
  const change = ({ customer, ...rest }: Changed): AuditNote => note({ ...rest }, customer)
  const add = async (db: Db, notes: AuditNote[]): Promise<void> => db.tx((tx) => noteAudit(tx, notes))

  async function openedDb(): Promise<Db> {
    const db = await desk.db()
    if (isTold) return db
    isTold = true
    await add(db, [note({ ...(form === 'text' ? {} : { export: form }), values: shown(values) })])
    return db
  }

  /** What a look was at is worth its words only when it was written; a change says what was so before and after, and
   *  how it ended. */
  async function tellEnd(answer: Pick<Answer, 'about' | 'changed' | 'isNo'> & { fault?: true }): Promise<void> {
    const about = [...new Set(answer.about ?? [])].slice(0, MOST_NAMED)
    const end = answer.fault === true ? 'fault' : answer.isNo === true ? 'no' : 'done'
    const changes = answer.changed ?? []
    const more = changes.length > MOST_CHANGES ? { changed: changes.length } : {}
    if (command.audited === 'look' && about.length === 0) return
    if (!isTold && !desk.hasDatabase()) return
    const told =
      about.length === 0 ? [note({ end, ...more })] : about.map((customer) => note({ end, ...more }, customer))
    await add(await openedDb(), [...changes.slice(0, MOST_CHANGES).map(change), ...told])
  }

  /** Throws cli.no; the audit has who asked for what. */
  async function mustBeAllowed(scope: CommandScope): Promise<void> {
    if (scope === 'open') return
    const refused = refusedBy(scope, desk.operator.name, await desk.grants())
    if (refused === undefined) return
    if (desk.hasDatabase()) await add(await desk.db(), [note({ end: 'refused', values: shown(values) })])
    const called = [program.name, command.name].filter((word) => word !== '').join(' ')
    throw cliFault(
      'no',
      `「${desk.operator.name}」不能运行 ${called}：roles.yaml 只让${refused.zh}运行它。请有这个角色的人运行，或者请负责人在 roles.yaml 的 operators 里加上你。`,
    )
  }

  return {
    run: async ({ audited, scope, run }: Command): Promise<Answer> => {
      await mustBeAllowed(scope)
      if (audited === 'no') return run(values, desk, form)
      const withNotes: Desk = { ...desk, db: openedDb }
      try {
        const answer = await run(values, withNotes, form)
        await tellEnd(answer)
        return answer
      } catch (error) {
        if (isTold && audited === 'change') await tellEnd({ fault: true }).catch(() => undefined)
        throw error
      }
    },
  }
}

function shown(values: Record<string, unknown>): Record<string, unknown> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== false)
  return Object.fromEntries(given.map(([name, value]) => [name, NAMES_A_CUSTOMER.has(name) ? '（客户）' : value]))
}
