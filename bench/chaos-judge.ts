import { setTimeout as pause } from 'node:timers/promises'
import { migrations } from '../migrations/index.ts'
import type { Delivery } from '../sandbox/callbacks.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { createDb, type Db } from '../server/core/db/db.ts'
import { raw } from '../server/core/db/sql.ts'
import type { Clock } from '../server/core/kernel/clock.ts'

export interface Added {
  externalUserId: string
  userId: string
}

export interface Verdict {
  /** Adds whose callback was answered 200, and those that never got through: given up on while we were down, or lost on the way. */
  acknowledged: number
  neverAccepted: number
  /** Acknowledged adds without a customer in our tables. Must be empty. */
  lost: string[]
  /** Customers who received two welcomes or one message twice, and the like. Must be empty. */
  doubled: string[]
  welcomed: number
  /** Acknowledged, with a code that no rival took, but no welcome reached the customer in its 20 s. */
  tooLate: number
  /** Acknowledged and without our welcome, and the record does not say so. Must be empty. */
  unexplained: string[]
  /** Kinds of events or actions that neither ended nor wait any more. Must be empty. */
  stuck: string[]
}

export const isClean = ({ lost, doubled, unexplained, stuck }: Verdict): boolean =>
  [lost, doubled, unexplained, stuck].every((list) => list.length === 0)

const QUIET_PATIENCE_MS = 60_000

/** Waits until nothing is due any more, or until nothing has moved for a minute; what is left then counts as stuck. */
export async function untilQuiet(databaseUrl: string, clock: Clock): Promise<void> {
  const db = createDb(databaseUrl, migrations)
  let least = Number.POSITIVE_INFINITY
  let movedAt = Date.now()
  try {
    while (Date.now() - movedAt < QUIET_PATIENCE_MS) {
      const rows = await db.tx((tx) =>
        tx.rows(
          raw<{ n: number }>(
            `SELECT COUNT(*) AS n FROM inbound_event WHERE state = 'new'
           UNION ALL SELECT COUNT(*) AS n FROM action WHERE state = 'running' OR (state = 'waiting' AND due_at <= ?)`,
            [clock.now() + 25_000],
          ),
        ),
      )
      const left = rows.reduce((sum, row) => sum + Number(row.n), 0)
      if (left === 0) return
      if (left < least) {
        least = left
        movedAt = Date.now()
      }
      await pause(500)
    }
  } finally {
    await db.close()
  }
}

const rowsOf = <T extends object>(db: Db, sql: string): Promise<T[]> => db.tx((tx) => tx.rows(raw<T>(sql)))
const fieldOf = ({ fields }: Delivery, name: string): string =>
  String(fields.find(([field]) => field === name)?.[1] ?? '')

/** What happened to customers, as the platform knows it, beside what our tables say. */
export async function judge(sandbox: Sandbox, databaseUrl: string, added: Added[]): Promise<Verdict> {
  const db = createDb(databaseUrl, migrations)
  const follows = await rowsOf<{ id: string }>(db, 'SELECT external_userid AS id FROM follow')
  const welcomes = await rowsOf<{ id: string; state: string }>(
    db,
    'SELECT external_userid AS id, state FROM welcome ORDER BY external_userid',
  )
  const stuck = await rowsOf<{ what: string }>(
    db,
    `SELECT kind AS what FROM inbound_event WHERE state IN ('new', 'dead')
     UNION ALL SELECT kind AS what FROM action WHERE state IN ('running', 'dead')`,
  )
  await db.close()
  const known = new Set(follows.map((row) => row.id))
  const explained = new Map(welcomes.map((row) => [row.id, row.state]))

  const told = new Set<string>()
  for (const delivery of sandbox.callbackLog()) {
    if (delivery.delivered && fieldOf(delivery, 'ChangeType') === 'add_external_contact')
      told.add(fieldOf(delivery, 'ExternalUserID'))
  }
  const acknowledged = added.filter((one) => told.has(one.externalUserId))
  const isWelcomed = (id: string): boolean => sandbox.messagesOf(id).some((message) => message.via === 'welcome')
  const isTaken = new Set<string>()
  for (const code of sandbox.world.welcomeCodes.values()) {
    if (code.used && !isWelcomed(code.externalUserId)) isTaken.add(code.externalUserId)
  }
  const unwelcomed = acknowledged.filter((one) => !isWelcomed(one.externalUserId)).map((one) => one.externalUserId)
  return {
    acknowledged: acknowledged.length,
    neverAccepted: added.length - acknowledged.length,
    lost: acknowledged.filter((one) => !known.has(one.externalUserId)).map((one) => one.externalUserId),
    doubled: doubledOf(sandbox, added),
    welcomed: acknowledged.length - unwelcomed.length,
    tooLate: unwelcomed.filter((id) => !isTaken.has(id)).length,
    unexplained: unwelcomed.filter((id) => !explained.has(id) || explained.get(id) === 'sent'),
    stuck: stuck.map((row) => row.what),
  }
}

function twice(values: string[]): string[] {
  const seen = new Set<string>()
  return values.filter((value) => seen.size === seen.add(value).size)
}

function doubledOf(sandbox: Sandbox, added: Added[]): string[] {
  const codes = sandbox.calls('send_welcome_msg').filter((call) => call.errcode === 0)
  const ways = sandbox.calls('add_contact_way').filter((call) => call.errcode === 0)
  const messages = added.flatMap((one) =>
    twice(
      sandbox
        .messagesOf(one.externalUserId)
        .filter((message) => message.from === 'guide')
        .map((message) => JSON.stringify({ ...message, atMs: 0, id: 0 })),
    ).map(() => `message to ${one.externalUserId}`),
  )
  const { tags, tagGroups } = sandbox.world
  const names = [...tags.values()]
    .filter((tag) => !tag.deleted)
    .map((tag) => `tag ${tagGroups.get(tag.groupId)?.name}/${tag.name}`)
  // What our own calls carried; the shapes are those of our requests.
  return [
    ...twice(codes.map((call) => `welcome ${(call.body as { welcome_code: string }).welcome_code}`)),
    ...twice(ways.map((call) => `contact way ${(call.body as { state?: string }).state}`)),
    ...twice(names),
    ...messages,
  ]
}
