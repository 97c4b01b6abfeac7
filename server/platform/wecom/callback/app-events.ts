import Type from 'typebox'
import { defineEvent } from '../../../engine/inbox/event-kind.ts'
import { KeptId } from '../api/common.ts'

/* Events about the app itself, its members and the acquisition assistant. Fields as in callback-events.ts. */

const envelope = {
  /** Corp id. */
  ToUserName: Type.Optional(Type.String()),
  FromUserName: Type.Optional(Type.String()),
  /** Unix seconds. */
  CreateTime: Type.String(),
}
const id = KeptId
/** FromUserName is the member. */
const ofMember = Type.Object({ ...envelope, FromUserName: id })
const plain = Type.Object(envelope)

const acquisition = 'wecom.customer_acquisition'
const link = Type.Object({ ...envelope, LinkId: id })

/** Fewer than 20 adds are left. Source: doc 97299, as all of these. */
export const QuotaLow = defineEvent(`${acquisition}.balance_low`, plain)
export const QuotaExhausted = defineEvent(`${acquisition}.balance_exhausted`, plain)
/** From none to some; not told when some were left. */
export const QuotaIncreased = defineEvent(`${acquisition}.balance_increased`, plain)
/** 14, 7, 3, 2 and 1 days before. ExpireTime: Unix seconds. */
export const QuotaExpiresSoon = defineEvent(
  `${acquisition}.quota_expire_soon`,
  Type.Object({ ...envelope, ExpireTime: Type.String(), ExpireQuotaNum: Type.Optional(Type.String()) }),
)
/** No member of the link can receive customers any more. */
export const LinkUnavailable = defineEvent(`${acquisition}.link_unavailable`, link)
export const LinkDeleted = defineEvent(`${acquisition}.delete_link`, link)
/** The first message of a customer who came by a link. */
export const CustomerStartChat = defineEvent(
  `${acquisition}.customer_start_chat`,
  Type.Object({ ...envelope, UserID: id, ExternalUserID: id }),
)

/** A member came into the range of the app. Source: doc 90240, as all below. */
export const MemberSubscribed = defineEvent('wecom.subscribe', ofMember)
/** A member is out of the range of the app: no message of ours and no sidebar reaches them. */
export const MemberUnsubscribed = defineEvent('wecom.unsubscribe', ofMember)
/** A member without an interface licence opened the app; provider-built apps only. Source: doc 95716. */
export const MemberUnlicensed = defineEvent('wecom.unlicensed_notify', ofMember)

/** WeCom closed the app since nobody used it: every call fails with 48006. */
export const AppClosed = defineEvent('wecom.close_inactive_agent', plain)
export const AppReopened = defineEvent('wecom.reopen_inactive_agent', plain)
/** Hardly anybody uses the app; WeCom is about to limit or close it. */
export const AppInactiveSoon = defineEvent('wecom.inactive_alert', plain)
export const AppLowActiveSoon = defineEvent('wecom.low_active_alert', plain)
export const AppLowActive = defineEvent('wecom.low_active', plain)
export const AppActiveAgain = defineEvent('wecom.active_restored', plain)

/** An import into the directory has ended, whoever began it. JobType: sync_user, replace_user, invite_user,
 *  replace_party. Source: doc 90973. */
export const BatchJobEnded = defineEvent(
  'wecom.batch_job_result',
  Type.Object({ ...envelope, BatchJob: Type.Object({ JobType: Type.Optional(Type.String()) }) }),
)

/** Somebody said something to an account of the customer service (微信客服), or something happened there: what, says `sync_msg`. It
 *  comes from nobody. Token: makes that call free of the harsh limit, 10 min. Source: doc 94670. */
export const ServiceMessages = defineEvent(
  'wecom.kf_msg_or_event',
  Type.Object({ ...envelope, OpenKfId: id, Token: Type.Optional(Type.String()) }),
)

export const APP_EVENTS = [
  QuotaLow,
  QuotaExhausted,
  QuotaIncreased,
  QuotaExpiresSoon,
  LinkUnavailable,
  LinkDeleted,
  CustomerStartChat,
  MemberSubscribed,
  MemberUnsubscribed,
  MemberUnlicensed,
  AppClosed,
  AppReopened,
  AppInactiveSoon,
  AppLowActiveSoon,
  AppLowActive,
  AppActiveAgain,
  BatchJobEnded,
  ServiceMessages,
]
