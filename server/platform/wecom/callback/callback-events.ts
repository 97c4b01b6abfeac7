import Type from 'typebox'
import { defineEvent } from '../../../engine/inbox/event-kind.ts'
import { KeptId, optionalKeptId } from '../api/common.ts'
import { APP_EVENTS } from './app-events.ts'

/* Field names are WeCom's own; every value is text, as in the XML. Fields not listed are kept as they came. */

const envelope = {
  /** Corp id. */
  ToUserName: Type.Optional(Type.String()),
  /** `sys` in all of these. */
  FromUserName: Type.Optional(Type.String()),
  /** Unix seconds. */
  CreateTime: Type.String(),
  ChangeType: Type.String(),
}
const id = KeptId
const pair = { UserID: id, ExternalUserID: id }
/** State: of the contact way or the acquisition link. WelcomeCode: valid 20 s, once; absent when another welcome applies. */
const entrance = { State: Type.Optional(Type.String()), WelcomeCode: Type.Optional(Type.String()) }

const contact = 'wecom.change_external_contact'

/** Member and customer became friends. Source: doc 92130. */
export const AddExternalContact = defineEvent(
  `${contact}.add_external_contact`,
  Type.Object({ ...envelope, ...pair, ...entrance }),
  { lane: 'welcome' },
)
/** A customer added a member who needs no approval; one-way as yet (84061 for the pair). Source: doc 92130. */
export const AddHalfExternalContact = defineEvent(
  `${contact}.add_half_external_contact`,
  Type.Object({ ...envelope, ...pair, ...entrance }),
  { lane: 'welcome' },
)
/** The member changed remark, mobile or tags in the client; says not what: read it again. Source: doc 92130. */
export const EditExternalContact = defineEvent(
  `${contact}.edit_external_contact`,
  Type.Object({ ...envelope, ...pair, State: Type.Optional(Type.String()) }),
)
/** The member deleted the customer. Source `DELETE_BY_TRANSFER`: removed after a successful handover. Doc 92130. */
export const DelExternalContact = defineEvent(
  `${contact}.del_external_contact`,
  Type.Object({ ...envelope, ...pair, Source: Type.Optional(Type.String()) }),
)
/** The customer deleted the member. The only sign of it that WeCom gives. Source: doc 92130. */
export const DelFollowUser = defineEvent(`${contact}.del_follow_user`, Type.Object({ ...envelope, ...pair }))
/** A handover failed; UserID is who was to take over. FailReason: customer_refused, customer_limit_exceed. Doc 92130. */
export const TransferFail = defineEvent(
  `${contact}.transfer_fail`,
  Type.Object({ ...envelope, ...pair, FailReason: Type.Optional(Type.String()) }),
)
/** The customer agreed to chat archiving; may carry a welcome code of the same pair. Source: doc 92005. */
export const MsgAuditApproved = defineEvent(
  `${contact}.msg_audit_approved`,
  Type.Object({ ...envelope, ...pair, WelcomeCode: Type.Optional(Type.String()) }),
  { lane: 'welcome' },
)

const chat = 'wecom.change_external_chat'

export const ChatCreate = defineEvent(`${chat}.create`, Type.Object({ ...envelope, ChatId: id }))
/** UpdateDetail: add_member, del_member, change_owner, change_name, change_notice; branch on it only.
 *  JoinScene 0, 1, 2 invited, 3 QR code; QuitScene 0 left, 1 removed. MemChangeList mixes userids and
 *  external_userids; older senders leave it out. LastMemVer other than the stored version: an event was missed.
 *  Source: doc 92130. */
export const ChatUpdate = defineEvent(
  `${chat}.update`,
  Type.Object({
    ...envelope,
    ChatId: id,
    UpdateDetail: Type.Optional(Type.String()),
    JoinScene: Type.Optional(Type.String()),
    QuitScene: Type.Optional(Type.String()),
    MemChangeCnt: Type.Optional(Type.String()),
    MemChangeList: Type.Optional(Type.Array(KeptId)),
    LastMemVer: optionalKeptId,
    CurMemVer: optionalKeptId,
  }),
)
export const ChatDismiss = defineEvent(`${chat}.dismiss`, Type.Object({ ...envelope, ChatId: id }))

const tag = 'wecom.change_external_tag'
/** TagType: tag or tag_group; absent in shuffle. StrategyId only for strategy tags. */
const tagFields = Type.Object({
  ...envelope,
  Id: id,
  TagType: Type.Optional(Type.String()),
  StrategyId: Type.Optional(Type.String()),
})

export const TagCreate = defineEvent(`${tag}.create`, tagFields)
export const TagUpdate = defineEvent(`${tag}.update`, tagFields)
/** Deleting a group gives this for the group only. Source: doc 92130. */
export const TagDelete = defineEvent(`${tag}.delete`, tagFields)
/** Tags were put into another order; Id is the group's. A shuffle of the groups themselves has none. */
export const TagShuffle = defineEvent(
  `${tag}.shuffle`,
  Type.Object({ ...envelope, Id: optionalKeptId, StrategyId: Type.Optional(Type.String()) }),
)

const staff = 'wecom.change_contact'
/** Most apps get UserID and Department ("1,2") only. Status: 1 active, 2 disabled, 4 not activated, 5 left. */
const member = {
  ...envelope,
  UserID: id,
  Name: Type.Optional(Type.String()),
  Department: Type.Optional(Type.String()),
  Status: Type.Optional(Type.String()),
}

export const CreateUser = defineEvent(`${staff}.create_user`, Type.Object(member))
/** Only changed fields. NewUserID: the member was renamed, every reference must follow. Source: doc 90970. */
export const UpdateUser = defineEvent(`${staff}.update_user`, Type.Object({ ...member, NewUserID: optionalKeptId }))
export const DeleteUser = defineEvent(`${staff}.delete_user`, Type.Object(member))

/** Id of the department. Name and ParentId come only when they changed. Source: doc 90971. */
const party = Type.Object({ ...envelope, Id: id })
export const CreateParty = defineEvent(`${staff}.create_party`, party)
export const UpdateParty = defineEvent(`${staff}.update_party`, party)
export const DeleteParty = defineEvent(`${staff}.delete_party`, party)

/** What WeCom does not document, or sends with wrong fields: kept, never dropped. See kept-events.ts for the rest. */
export const UnknownEvent = defineEvent(
  'wecom.unknown',
  Type.Object({
    /** English: why no other kind fits. */
    why: Type.String(),
    raw: Type.Record(Type.String(), Type.Unknown()),
  }),
)

/** Every kind above but the unknown one. */
export const WECOM_EVENTS = [
  AddExternalContact,
  AddHalfExternalContact,
  EditExternalContact,
  DelExternalContact,
  DelFollowUser,
  TransferFail,
  MsgAuditApproved,
  ChatCreate,
  ChatUpdate,
  ChatDismiss,
  TagCreate,
  TagUpdate,
  TagDelete,
  TagShuffle,
  CreateUser,
  UpdateUser,
  DeleteUser,
  CreateParty,
  UpdateParty,
  DeleteParty,
  ...APP_EVENTS,
]
