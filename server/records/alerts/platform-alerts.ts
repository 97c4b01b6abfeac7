import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS, shanghaiText } from '../../core/kernel/shanghai.ts'
import type { EventKind, StoredEvent } from '../../engine/inbox/event-kind.ts'
import { type Subscription, subscribe } from '../../engine/inbox/subscription.ts'
import {
  AppActiveAgain,
  AppClosed,
  AppInactiveSoon,
  AppLowActive,
  AppLowActiveSoon,
  AppReopened,
  LinkDeleted,
  LinkUnavailable,
  MemberSubscribed,
  MemberUnlicensed,
  MemberUnsubscribed,
  QuotaExhausted,
  QuotaExpiresSoon,
  QuotaIncreased,
  QuotaLow,
} from '../../platform/wecom/callback/app-events.ts'
import type { RenamedStaff } from '../define-capability.ts'
import { StaffLeft } from '../staff/staff-events.ts'
import type { staffQueries } from '../staff/staff-queries.ts'
import type { Alerts } from './alerts.ts'
import { outOfRange, unreachable } from './out-of-range.ts'

export interface PlatformAlertsDeps {
  alerts: Alerts
  staff: { queries: Pick<typeof staffQueries, 'get' | 'currentIdOf'> }
}

const QUOTA = 'acquisition.quota'
const CLOSED = 'app.closed'
const INACTIVE = 'app.inactive'
const unlicensed = (userId: string): string => `staff.unlicensed:${userId}`

/** WeCom says nothing when these are mended, so they leave the list by themselves. */
const QUOTA_LOW_FOR_MS = 7 * DAY_MS
const DELETED_FOR_MS = 30 * DAY_MS
const UNLICENSED_FOR_MS = 7 * DAY_MS

/** What WeCom tells about the app and the acquisition assistant that only an administrator can mend. */
export function createPlatformAlerts({ alerts, staff }: PlatformAlertsDeps) {
  const raise = (name: string, kind: EventKind, alert: { key: string; text: string; todo: string; forMs?: number }) =>
    subscribe(name, kind, async (tx, { eventAtMs }) => {
      const { forMs, ...said } = alert
      await alerts.raise(tx, {
        ...said,
        atMs: eventAtMs,
        ...(forMs === undefined ? {} : { lapseAtMs: eventAtMs + forMs }),
      })
    })
  const resolve = (name: string, kind: EventKind, key: string) =>
    subscribe(name, kind, async (tx, { eventAtMs }) => {
      await alerts.resolve(tx, key, eventAtMs)
    })

  async function memberOf(tx: Tx, event: StoredEvent<{ FromUserName: string }>) {
    const userId = await staff.queries.currentIdOf(tx, event.payload.FromUserName)
    const member = await staff.queries.get(tx, userId)
    return { userId, name: member?.name ?? userId, isGuide: member?.isGuide === true && member.state !== 'left' }
  }

  const subscriptions: Subscription[] = [
    raise('alerts.quota-low', QuotaLow, {
      key: QUOTA,
      text: '获客助手的额度不到 20 次了',
      todo: '在企业微信管理后台「客户与上下游 → 获客助手」购买额度',
      forMs: QUOTA_LOW_FOR_MS,
    }),
    raise('alerts.quota-exhausted', QuotaExhausted, {
      key: QUOTA,
      text: '获客助手的额度用完了：客户点获客链接加不了导购',
      todo: '在企业微信管理后台「客户与上下游 → 获客助手」购买额度，或先暂停投放',
    }),
    resolve('alerts.quota-increased', QuotaIncreased, QUOTA),
    subscribe('alerts.quota-expires', QuotaExpiresSoon, async (tx, { payload, eventAtMs }) => {
      const lapseAtMs = Number(payload.ExpireTime) * 1_000
      if (!Number.isSafeInteger(lapseAtMs)) return
      const count = payload.ExpireQuotaNum === undefined ? '有一部分额度' : `有 ${payload.ExpireQuotaNum} 次额度`
      await alerts.raise(tx, {
        key: 'acquisition.quota-expires',
        text: `获客助手${count}将在 ${shanghaiText(lapseAtMs)} 过期`,
        todo: '在过期前用掉（加大投放），或在管理后台看能否延期',
        atMs: eventAtMs,
        lapseAtMs,
      })
    }),
    subscribe('alerts.link-unavailable', LinkUnavailable, async (tx, { payload, eventAtMs }) => {
      await alerts.raise(tx, {
        key: `acquisition.link-unavailable:${payload.LinkId}`,
        text: `获客链接 ${payload.LinkId} 不可用：里面没有一个成员能接待客户`,
        todo: '在管理后台「获客助手」给这条链接换上在职、已实名、开通了客户联系的成员',
        atMs: eventAtMs,
      })
    }),
    subscribe('alerts.link-deleted', LinkDeleted, async (tx, { payload, eventAtMs }) => {
      await alerts.resolve(tx, `acquisition.link-unavailable:${payload.LinkId}`, eventAtMs)
      await alerts.raise(tx, {
        key: `acquisition.link-deleted:${payload.LinkId}`,
        text: `获客链接 ${payload.LinkId} 被删除了：还在投放它的广告加不到人`,
        todo: '确认没有广告、页面还在用这条链接；有的话换成新的链接',
        atMs: eventAtMs,
        lapseAtMs: eventAtMs + DELETED_FOR_MS,
      })
    }),

    raise('alerts.app-closed', AppClosed, {
      key: CLOSED,
      text: '企业微信停用了这个应用（长期没有人使用）：所有接口都不可用',
      todo: '在管理后台「应用管理」打开这个应用，点「恢复使用」',
    }),
    resolve('alerts.app-reopened', AppReopened, CLOSED),
    ...[AppInactiveSoon, AppLowActiveSoon, AppLowActive].map((kind) =>
      raise(`alerts.${kind.kind}`, kind, {
        key: INACTIVE,
        text: '企业微信提示这个应用很少有人使用，可能会被限制或停用',
        todo: '请导购打开侧边栏使用，并在管理后台「应用管理」查看提示和期限',
      }),
    ),
    resolve('alerts.app-active', AppActiveAgain, INACTIVE),

    subscribe('alerts.member-unsubscribed', MemberUnsubscribed, async (tx, event) => {
      const { userId, name, isGuide } = await memberOf(tx, event)
      // Whoever has no customers, or has left, does not need the app.
      if (!isGuide) return
      await alerts.raise(tx, { ...outOfRange(userId, name), atMs: event.eventAtMs })
    }),
    subscribe('alerts.member-subscribed', MemberSubscribed, async (tx, event) => {
      await alerts.resolve(tx, unreachable((await memberOf(tx, event)).userId), event.eventAtMs)
    }),
    subscribe('alerts.member-unlicensed', MemberUnlicensed, async (tx, event) => {
      const { userId, name } = await memberOf(tx, event)
      await alerts.raise(tx, {
        key: unlicensed(userId),
        text: `${name}（${userId}）没有接口许可，打不开侧边栏`,
        todo: '请服务商给这位成员分配接口许可账号',
        atMs: event.eventAtMs,
        lapseAtMs: event.eventAtMs + UNLICENSED_FOR_MS,
      })
    }),
    subscribe('alerts.member-left', StaffLeft, async (tx, { payload, eventAtMs }) => {
      await alerts.resolve(tx, unreachable(payload.userId), eventAtMs)
      await alerts.resolve(tx, unlicensed(payload.userId), eventAtMs)
    }),
  ]
  return {
    subscriptions,
    memberRenamed: async (tx: Tx, { oldUserId, newUserId, atMs }: RenamedStaff): Promise<void> => {
      await alerts.resolve(tx, unlicensed(oldUserId), atMs)
      if (!(await alerts.resolve(tx, unreachable(oldUserId), atMs))) return
      const name = (await staff.queries.get(tx, newUserId))?.name ?? newUserId
      await alerts.raise(tx, { ...outOfRange(newUserId, name), atMs })
    },
  }
}
