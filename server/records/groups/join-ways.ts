import Type from 'typebox'
import { sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { randomText } from '../../core/kernel/random.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { WAY_REMARK_CHARS } from '../../core/kernel/wecom-limits.ts'
import { defineAction, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { Pool, RuleBookHolder } from '../../rules/book/rule-book.ts'
import { groupQueries } from './group-queries.ts'
import { JOIN_WAY } from './group-tables.ts'
import { type JoinWaySettings, planJoinWay } from './join-way-plan.ts'
import { liveSettings, type StoredJoinWay, storedJoinWay, updateJoinWay } from './join-way-queries.ts'

const Settings = Type.Object({
  pool: Type.String(),
  state: Type.String(),
  chatIds: Type.Array(Type.String(), { minItems: 1, maxItems: 5 }),
  autoCreate: Type.Boolean(),
  baseName: Type.String(),
  firstNumber: Type.Number(),
})
/** Makes the pool's one code. WeCom has no list of join ways: when we die between its answer and our note of it, that code
 *  is lost without having been shown to anybody, and the repeat makes the one that counts. */
const AddJoinWay = defineAction('join-way.add', 'event', Settings)
/** Leads the printed code into other groups; its URL stays. Safe to repeat. */
const UpdateJoinWay = defineAction(
  'join-way.update',
  'event',
  Type.Object({ ...Settings.properties, configId: Type.String() }),
)
/** Reads the picture of a code that was made: the answer to its making has none. */
const ReadJoinWay = defineAction(
  'join-way.read',
  'event',
  Type.Object({ pool: Type.String(), configId: Type.String() }),
)

type JoinWayBody = Parameters<Wecom['groups']['addJoinWay']>[0]

export interface JoinWaysDeps {
  clock: Clock
  log: Pick<Logger, 'warn'>
  outbox: Outbox
  rules: Pick<RuleBookHolder, 'current'>
  wecom: { groups: Pick<Wecom['groups'], 'addJoinWay' | 'updateJoinWay' | 'getJoinWay'> }
}

const TRY_AGAIN_MS = 10 * MINUTE_MS

/** The number alone is no reason to write: WeCom counts on itself. */
const isSame = (a: JoinWaySettings, b: JoinWaySettings | undefined): boolean =>
  b !== undefined &&
  a.autoCreate === b.autoCreate &&
  a.baseName === b.baseName &&
  a.chatIds.join(' ') === b.chatIds.join(' ')

const toBody = (payload: JoinWaySettings & { pool: string; state: string }): JoinWayBody => ({
  scene: 2,
  remark: [...`群池 ${payload.pool}`].slice(0, WAY_REMARK_CHARS).join(''),
  auto_create_room: payload.autoCreate ? 1 : 0,
  ...(payload.autoCreate ? { room_base_name: payload.baseName, room_base_id: payload.firstNumber } : {}),
  chat_id_list: payload.chatIds,
  state: payload.state,
})

/** One code (入群方式) per group pool, always leading into groups with room. */
export function createJoinWays({ clock, log, outbox, rules, wecom }: JoinWaysDeps) {
  async function setTrouble(tx: Tx, way: StoredJoinWay, zh: string | null): Promise<void> {
    if (way.trouble === zh) return
    await updateJoinWay(tx, way.pool, { trouble: zh, trouble_at: clock.now() })
    // Before the first group has been read, at the very first start, it is no news.
    if (zh === null || !(await groupQueries.isAnyRead(tx))) return
    tx.afterCommit(() => log.warn({ pool: way.pool, trouble: zh }, 'group pool cannot take members'))
  }

  /** Compares what the pool's code should be with what it is, and sets the difference right. */
  async function keep(tx: Tx, name: string): Promise<void> {
    const pool: Pool | undefined = rules.current().pools.get(name)
    if (pool === undefined) return
    const now = clock.now()
    const fresh = { pool: name, state: `g${randomText(12)}`, created_at: now, changed_at: now }
    await tx.insertIgnore(JOIN_WAY, [fresh])
    // Writing first locks the row, so that two callers do not both plan.
    await tx.run(sql`UPDATE ${JOIN_WAY} SET ${JOIN_WAY.plans} = ${JOIN_WAY.plans} + 1 WHERE ${JOIN_WAY.pool} = ${name}`)
    const way = await storedJoinWay(tx, name)
    if (way === undefined || way.open_key !== null) return
    const live = liveSettings(way)
    const plan = planJoinWay(pool.value, await groupQueries.inPool(tx, name), live?.chatIds ?? [])
    if (plan.kind === 'trouble') return setTrouble(tx, way, plan.zh)
    const { settings } = plan
    const isAsItShouldBe = isSame(settings, live)
    if (isAsItShouldBe && way.qr_code !== null) return setTrouble(tx, way, null)
    if (isRefusal(way.trouble) && now - (way.trouble_at ?? 0) < TRY_AGAIN_MS) return
    const key = `join-way:${name}:${way.plans}`
    await updateJoinWay(tx, name, { open_key: key })
    const payload = { pool: name, state: way.state, ...settings }
    const common = { key, reason: { text: `群池「${name}」的入群码指向有空位的群` } }
    const configId = way.config_id
    if (configId === null) await outbox.enqueue(tx, AddJoinWay, { ...common, payload })
    else if (isAsItShouldBe) await outbox.enqueue(tx, ReadJoinWay, { ...common, payload: { pool: name, configId } })
    else await outbox.enqueue(tx, UpdateJoinWay, { ...common, payload: { ...payload, configId } })
  }

  async function setLive(tx: Tx, payload: JoinWaySettings & { pool: string }, configId: string): Promise<void> {
    const { chatIds, autoCreate, baseName, firstNumber } = payload
    await updateJoinWay(tx, payload.pool, {
      config_id: configId,
      live_as: JSON.stringify({ chatIds, autoCreate, baseName, firstNumber }),
      open_key: null,
      trouble: null,
      changed_at: clock.now(),
    })
    // The picture is still to be read, and groups may have filled while the call was under way.
    await keep(tx, payload.pool)
  }

  const refused = async (tx: Tx, pool: string, errcode: number | undefined): Promise<void> => {
    await updateJoinWay(tx, pool, { open_key: null })
    const way = await storedJoinWay(tx, pool)
    if (way !== undefined) await setTrouble(tx, way, refusalText(pool, errcode))
  }

  return {
    /** Call after anything that changes a pool's groups or the room in them; safe to repeat. */
    keep,
    executors: [
      execute(AddJoinWay, {
        perform: async ({ payload }) => ({ configId: (await wecom.groups.addJoinWay(toBody(payload))).config_id }),
        record: (tx, { payload }, { configId }) => setLive(tx, payload, configId),
        abandoned: (tx, { payload }, { errcode }) => refused(tx, payload.pool, errcode),
      }),
      execute(UpdateJoinWay, {
        perform: async ({ payload }) => {
          await wecom.groups.updateJoinWay({ ...toBody(payload), config_id: payload.configId })
          return null
        },
        record: (tx, { payload }) => setLive(tx, payload, payload.configId),
        abandoned: (tx, { payload }, { errcode }) => refused(tx, payload.pool, errcode),
      }),
      execute(ReadJoinWay, {
        perform: async ({ payload }) => {
          const { join_way } = await wecom.groups.getJoinWay({ config_id: payload.configId })
          if (join_way.qr_code === undefined || join_way.qr_code === '') throw noPicture(payload.pool)
          return { qrCode: join_way.qr_code }
        },
        record: async (tx, { payload }, { qrCode }) => {
          await updateJoinWay(tx, payload.pool, { qr_code: qrCode, open_key: null, trouble: null })
          await keep(tx, payload.pool)
        },
        abandoned: (tx, { payload }, { errcode }) => refused(tx, payload.pool, errcode),
      }),
    ],
  }
}

const noPicture = (pool: string): AppError =>
  new AppError('groups.no-qr-code', `WeCom gave no picture for the code of pool ${pool}`, { retry: 'later' })

const REFUSAL = '企业微信没有接受群池'
const isRefusal = (trouble: string | null): boolean => trouble?.startsWith(REFUSAL) === true
const refusalText = (pool: string, errcode: number | undefined): string =>
  `${REFUSAL}「${pool}」的入群码（${errcode === undefined ? '多次没有应答' : `错误码 ${errcode}`}），十分钟后再试`
