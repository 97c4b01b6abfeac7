import { createHash } from 'node:crypto'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { HOUR_MS } from '../../core/kernel/shanghai.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { isRefusedWith } from '../../platform/wecom/wire/wecom-error.ts'
import type { Alerts } from '../alerts/alerts.ts'
import { RenameTag } from './tag-actions.ts'
import type { WantedName } from './under-present-names.ts'

export interface RenameTagsDeps {
  wecom: { tags: Pick<Wecom['tags'], 'edit'> }
  clock: Clock
  outbox: Outbox
  alerts: Pick<Alerts, 'raise' | 'resolve'> & { queries: Pick<Alerts['queries'], 'openAmong' | 'open'> }
}

const KIND = 'tags.rename'
const keyOf = (id: string): string => `${KIND}:${id}`

/** Brings the names that the rules give to tags into WeCom. */
export function createRenameTags({ wecom, clock, outbox, alerts }: RenameTagsDeps) {
  async function tell(tx: Tx, { id, from, to }: WantedName, errcode: number | undefined): Promise<void> {
    const why = errcode === undefined ? '多次没有应答' : `错误码 ${errcode}`
    await alerts.raise(tx, {
      key: keyOf(id),
      text: `标签「${from}」没能在企业微信里改名为「${to}」（${why}）；规则里已经按新名字算`,
      todo: `请在企业微信管理后台把标签「${from}」改名为「${to}」`,
    })
  }

  return {
    /** `wanted`: all that WeCom calls otherwise now. Each is asked once an hour, until it is so. */
    keep: async (tx: Tx, wanted: readonly WantedName[]): Promise<void> => {
      for (const { id, from, to } of wanted) {
        const digest = createHash('sha256')
          .update(JSON.stringify([id, to]))
          .digest('base64url')
          .slice(0, 22)
        await outbox.enqueue(tx, RenameTag, {
          key: `tag.rename:${digest}:${Math.floor(clock.now() / HOUR_MS)}`,
          payload: { id, from, to },
          reason: { text: `标签规则里「${from}」改名为「${to}」` },
        })
      }
      const refused = (await alerts.queries.open(tx)).filter(({ key }) => key.startsWith(`${KIND}:`))
      for (const { key } of refused) {
        if (!wanted.some(({ id }) => keyOf(id) === key)) await alerts.resolve(tx, key)
      }
    },
    executor: execute(RenameTag, {
      perform: async ({ payload: { id, to } }) => {
        try {
          await wecom.tags.edit({ id, name: to })
          return { isOurs: true }
        } catch (error) {
          if (!isRefusedWith(error, ERRCODE.notOurTag)) throw error
          return { isOurs: false }
        }
      },
      record: async (tx, { payload }, { isOurs }) => {
        if (isOurs) await alerts.resolve(tx, keyOf(payload.id))
        else await tell(tx, payload, ERRCODE.notOurTag)
      },
      abandoned: (tx, { payload }, { errcode }) => tell(tx, payload, errcode),
    }) satisfies Executor,
  }
}
