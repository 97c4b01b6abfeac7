import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { HOUR_MS } from '../../core/kernel/shanghai.ts'
import { WAY_REMARK_CHARS } from '../../core/kernel/wecom-limits.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import { errorCode } from '../../platform/wecom/error-codes/error-codes.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { pagesOf } from '../../platform/wecom/wire/pages.ts'
import { WecomNotUnderstood } from '../../platform/wecom/wire/wecom-error.ts'
import type { Alerts } from '../alerts/alerts.ts'
import type { Staff } from '../staff/staff.ts'
import { CreateLiveCode, type LiveCode, UpdateLiveCode } from './channel-actions.ts'
import { storedChannel, updateChannel } from './channel-store.ts'
import { CHANNEL } from './channel-tables.ts'

interface MadeCode {
  configId: string
  qrCode: string | undefined
}

const c = CHANNEL
const SEVERAL_MEMBERS = 2
const QR_CODE = 2
/** WeCom knows the ways made from this day on. */
const FIRST_LISTED_MS = Date.UTC(2021, 6, 10)
/** Beyond these a lost way is not worth the calls; a second one does the same work. */
const MOST_LOOKED_AT = 2_000

export const liveAs = (code: LiveCode): string => JSON.stringify(code)

const settingsOf = (code: LiveCode) => ({
  state: code.state,
  remark: Array.from(code.channel).slice(0, WAY_REMARK_CHARS).join(''),
  user: code.users,
  skip_verify: code.skipVerify,
})

export interface LiveCodesDeps {
  wecom: Pick<Wecom, 'ways'>
  clock: Clock
  alerts: Pick<Alerts, 'raise' | 'resolve'>
  staff: { queries: Pick<Staff['queries'], 'namesOf'> }
}

/** Key of the alert that WeCom refused what a channel's code should be. */
export const refusedAlert = (state: string): string => `channel.refused:${state}`

/** The calls that make a channel's live code real. Nothing here deletes one: it may be printed on a parcel. */
export function createLiveCodes({ wecom, clock, alerts, staff }: LiveCodesDeps) {
  const make = async (code: LiveCode): Promise<MadeCode> => {
    const made = await wecom.ways.add({ type: SEVERAL_MEMBERS, scene: QR_CODE, ...settingsOf(code) })
    return { configId: made.config_id, qrCode: made.qr_code }
  }

  /** WeCom lists only ids, so each way is looked at. */
  async function find(state: string, sinceMs: number): Promise<MadeCode | undefined> {
    let looked = 0
    const start_time = Math.floor(sinceMs / 1_000)
    for await (const page of pagesOf((more) => wecom.ways.list({ start_time, limit: 100, ...more }))) {
      for (const { config_id: configId } of page.contact_way) {
        const { contact_way: way } = await wecom.ways.get({ config_id: configId })
        if (way.state === state) return { configId, qrCode: way.qr_code }
      }
      looked += page.contact_way.length
      if (looked >= MOST_LOOKED_AT) break
    }
    return undefined
  }

  /** A way that WeCom has made and told of in words that we do not understand is there to be found. */
  async function makeOrFind(code: LiveCode, sinceMs: number): Promise<MadeCode> {
    try {
      return await make(code)
    } catch (error) {
      const found = error instanceof WecomNotUnderstood && error.isDone ? await find(code.state, sinceMs) : undefined
      if (found === undefined) throw error
      return found
    }
  }

  async function adopt(code: LiveCode, found: MadeCode): Promise<MadeCode> {
    await wecom.ways.update({ config_id: found.configId, ...settingsOf(code) })
    return found
  }

  async function recordMade(tx: Tx, code: LiveCode, made: MadeCode): Promise<void> {
    await updateChannel(tx, c.state, code.state, {
      config_id: made.configId,
      qr_code: made.qrCode ?? null,
      live_as: liveAs(code),
      trouble: null,
      tries: 0,
      changed_at: clock.now(),
    })
    await alerts.resolve(tx, refusedAlert(code.state))
  }

  /** Counts the failed try, so that the next keeping may ask again under a new key. */
  async function recordTrouble(tx: Tx, code: LiveCode, errcode: number | undefined): Promise<void> {
    const why = errcode === undefined ? '没有成功' : `企业微信拒绝了（错误码 ${errcode}）`
    const strangers = await strangersAmong(tx, code.users)
    const whom = strangers.length === 0 ? '导购是否都已开通客户联系' : `这些账号，通讯录里没有：${strangers.join('、')}`
    const trouble = `渠道活码${why}，请检查${whom}`
    await tx.run(
      sql`UPDATE ${c} SET ${set(c, { trouble, changed_at: clock.now() })}, ${c.tries} = ${c.tries} + 1
          WHERE ${c.state} = ${code.state}`,
    )
    const row = await storedChannel(tx, c.state, code.state)
    // Whoever switches receivers because an account is being blocked must not believe that it has happened.
    const goesOn = row?.config_id === null ? '扫码加不到人' : '扫码的人还是由改之前的导购接待'
    const meaning = errcode === undefined ? '没有成功' : `企业微信拒绝（${errcode} ${errorCode(errcode).zh}）`
    await alerts.raise(tx, {
      key: refusedAlert(code.state),
      text: `渠道「${code.channel}」的活码没有改成：${meaning}，${goesOn}`,
      todo: `检查${whom}；在 config/channels/ 里改好，活水会自己再试`,
    })
  }

  /** Whom we have never met: names for accounts, slips of the pen. */
  async function strangersAmong(tx: Tx, users: readonly string[]): Promise<string[]> {
    const names = await staff.queries.namesOf(tx, users)
    return users.filter((userId) => !names.has(userId))
  }

  const executors: Executor[] = [
    execute(CreateLiveCode, {
      perform: async ({ payload: { code, isPrinted }, attempts, createdAtMs }) => {
        // A call that nobody knows the end of may have made the way already.
        if (attempts === 1 && !isPrinted) return makeOrFind(code, createdAtMs - HOUR_MS)
        const found = await find(code.state, isPrinted ? FIRST_LISTED_MS : createdAtMs - HOUR_MS)
        return found === undefined ? make(code) : adopt(code, found)
      },
      record: (tx, { payload }, made) => recordMade(tx, payload.code, made),
      abandoned: (tx, { payload }, { errcode }) => recordTrouble(tx, payload.code, errcode),
    }),
    execute(UpdateLiveCode, {
      perform: async ({ payload }) => {
        await wecom.ways.update({ config_id: payload.configId, ...settingsOf(payload.code) })
      },
      record: async (tx, { payload }) => {
        const changes = { live_as: liveAs(payload.code), trouble: null, tries: 0, changed_at: clock.now() }
        await updateChannel(tx, c.state, payload.code.state, changes)
        await alerts.resolve(tx, refusedAlert(payload.code.state))
      },
      abandoned: (tx, { payload }, { errcode }) => recordTrouble(tx, payload.code, errcode),
    }),
  ]
  return { executors }
}
