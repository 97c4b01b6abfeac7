import { afterEach, beforeEach } from 'vitest'
import { all, raw, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { createTimeline } from '../../../records/timeline/timeline.ts'
import type { RuleBook } from '../../../rules/book/rule-book.ts'
import { conditionOf } from '../../../rules/condition/parse-condition.ts'
import { createTestKit, type TestKit } from '../../../testing/test-kit.ts'
import type { WelcomeOutcome } from '../../welcome/welcome-store.ts'
import type { InviteRequest } from '../invite.ts'
import { createRouting, type RoutingDeps } from '../routing.ts'
import { INVITATION } from '../routing-tables.ts'

const SHAPES = [{ path: 'orders.paid.count', type: 'number' as const, zh: '已付款订单数' }]
const pool = (name: string, entry: object, value: object = {}) =>
  [
    name,
    {
      name,
      version: '1',
      file: '',
      value: { pool: name, inviteBy: 'task', ...value },
      entry: conditionOf(entry, SHAPES),
    },
  ] as const
const PAID = { 'orders.paid.count': { gte: 1 } }

/* Routing alone, on a real database; of the rooms around it, only what it asks them. */

export let kit: TestKit
/** What the rooms around it say. */
export let world: {
  paid: number
  inPool: string[]
  groups: { pool?: string; owner?: string }[]
  room: boolean
  fullness: { room: number; opensItself: boolean } | undefined
  refused: string[]
  owner: string | undefined
  outcomes: Partial<WelcomeOutcome>[]
  poolOfState: string | undefined
  /** Somebody else's transaction, between what was read of an invitation and what is written to it. */
  meanwhile: (tx: Tx) => Promise<unknown>
}
export let tasks: {
  key: string
  externalUserId: string
  scriptId?: string
  title?: string
  kind: string
  userId: string
  pool: unknown
  dueInMs: number
  state: string
  note?: string
  reason: object
}[]
/** A database and a world anew for each test of a file. */
export function useRoutingBench(): void {
  beforeEach(async () => {
    kit = await createTestKit()
    world = {
      paid: 1,
      inPool: [],
      groups: [],
      room: true,
      fullness: undefined,
      refused: [],
      owner: 'zhangsan',
      outcomes: [],
      poolOfState: undefined,
      meanwhile: async () => undefined,
    }
    tasks = []
  })
  afterEach(() => kit.close())
}

const book = {
  pools: new Map([
    pool('付费群', PAID, { inviteOn: ['order.paid'], script: '邀请' }),
    pool('科普群', { 'orders.paid.count': 0 }, { inviteOn: ['customer.added'], inviteBy: 'welcome', lapseDays: 3 }),
    pool('闲聊群', PAID),
  ]),
  scripts: new Map(),
  welcomes: new Map(),
  channels: new Map(),
} as unknown as RuleBook // nothing else is looked at

export function open() {
  const { clock, db } = kit
  const others = async (tx: Tx): Promise<void> => {
    const { meanwhile } = world
    world.meanwhile = async () => undefined
    await meanwhile(tx)
  }
  const deps = {
    db,
    clock,
    rules: { current: () => book },
    facts: {
      of: async (tx: Tx, ids: string[]) => {
        await others(tx)
        return new Map(ids.map((id) => [id, new Map([['orders.paid.count', world.paid]])]))
      },
    },
    groups: {
      queries: {
        isInPool: async (_tx: Tx, _id: string, name: string) => world.inPool.includes(name),
        hasRoom: async () => world.room,
        groupsOf: async () => world.groups,
        fullness: async () => world.fullness,
        joinWayOf: async () => ({ qrCode: 'http://qr' }),
        poolByState: async () => world.poolOfState,
      },
    },
    customers: { queries: { ownerOf: async () => world.owner } },
    welcome: {
      queries: {
        ofCustomers: async (tx: Tx, ids: string[]) => {
          await others(tx)
          return new Map(ids.map((id) => [id, world.outcomes]))
        },
      },
    },
    privacy: { consents: { refusedAmong: async () => new Set(world.refused) } },
    timeline: createTimeline({ clock }),
    tasks: {
      open: async (
        _tx: Tx,
        asked: {
          key: string
          externalUserId: string
          scriptId?: string
          title: string
          kind: string
          userId: string
          detail?: { pool?: unknown }
          dueAtMs: number
          reason: object
        },
      ) => {
        if (tasks.some(({ key }) => key === asked.key)) return false
        const { key, externalUserId, scriptId, title, kind, userId, detail, reason } = asked
        tasks.push({
          key,
          externalUserId,
          ...(scriptId === undefined ? {} : { scriptId }),
          title,
          kind,
          userId,
          pool: detail?.pool,
          dueInMs: asked.dueAtMs - clock.now(),
          state: 'open',
          reason,
        })
        return true
      },
      close: async (_tx: Tx, { key, outcome, note }: { key: string; outcome: string; note: string }) => {
        const found = tasks.find((one) => one.key === key && one.state === 'open')
        if (found === undefined) return false
        Object.assign(found, { state: outcome, note })
        return true
      },
      queries: {
        byKey: async (_tx: Tx, key: string) => tasks.find((one) => one.key === key),
        unfinishedOf: async (_tx: Tx, id: string) =>
          tasks.filter(({ externalUserId, state }) => externalUserId === id && state === 'open'),
        ofCustomer: async () =>
          tasks.map(({ key, kind, state, pool: of }) => ({ key, kind, state, detail: { pool: of } })),
      },
    },
  }
  // Of the rooms around it, only what it asks them.
  return createRouting(deps as unknown as RoutingDeps)
}
export const ask = <Found>(work: (tx: Tx) => Promise<Found>): Promise<Found> => kit.db.tx(work)
let asked = 0
export const invite = (more: Partial<InviteRequest> = {}) => {
  asked += 1
  const request = {
    externalUserId: 'wmA',
    userId: 'zhangsan',
    pool: '付费群',
    key: `k${asked}`,
    reason: { text: '测试' },
    ...more,
  }
  return ask((tx) => open().invite(tx, request))
}
export const rows = () =>
  ask((tx) => tx.rows(sql`SELECT ${all(INVITATION)} FROM ${INVITATION} ORDER BY ${INVITATION.id}`))
export const states = async (): Promise<string[]> =>
  (await rows()).map(({ pool: name, state, userid }) => `${name} ${state} ${userid}`)
export const notes = async (): Promise<string[]> =>
  (await ask((tx) => tx.rows(raw<{ kind: string; body: string }>('SELECT kind, body FROM timeline ORDER BY id')))).map(
    ({ kind, body }) => `${kind} ${body}`,
  )
export const run = async (name: string): Promise<void> =>
  open()
    .jobs.find((job) => job.name === name)
    ?.run()
export const hear = (name: string, payload: object) =>
  ask(async (tx) => {
    const subscription = open().subscriptions.find((one) => one.name === name)
    const turn = { isUrgent: false, allAtOnce: () => undefined }
    const event = { id: 7, dedupeKey: 'e', kind: 'k', eventAtMs: 1, receivedAtMs: 1, payload }
    await subscription?.handle(tx, event, turn)
  })
