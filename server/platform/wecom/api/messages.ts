import Type, { type Static } from 'typebox'
import type { Call } from '../call.ts'
import { post } from '../wire/endpoint.ts'
import { notAllEmpty } from '../wire/text-limits.ts'
import { Done, Id, optionalInteger, optionalText } from './common.ts'
import { MemberMessage } from './message-kinds.ts'
import { TemplateCard } from './template-card.ts'

const Flag = Type.Optional(Type.Union([Type.Literal(0), Type.Literal(1)]))
const idList = (most: number, name: string) =>
  Type.Optional(
    Type.Refine(
      Type.String(),
      (value) => value.split('|').length <= most,
      (value) => `「${name}」有 ${value.split('|').length} 个，一次最多 ${most} 个`,
    ),
  )

const receivers = {
  /** Userids joined by `|`, ≤1,000, or @all. */
  touser: idList(1_000, '接收成员'),
  /** Department ids joined by `|`, ≤100. */
  toparty: idList(100, '接收部门'),
  /** Member tag ids joined by `|`, ≤100. */
  totag: idList(100, '接收标签'),
  /** Default: our own app. */
  agentid: Type.Optional(Type.Integer()),
  safe: Flag,
  enable_id_trans: Flag,
  enable_duplicate_check: Flag,
  /** Seconds, ≤14,400; default 1,800. */
  duplicate_check_interval: Type.Optional(Type.Integer({ minimum: 0, maximum: 14_400 })),
}

const Send = post({
  path: '/cgi-bin/message/send',
  request: Type.Refine(
    Type.Intersect([Type.Object(receivers), MemberMessage]),
    (value) => notAllEmpty(['touser', 'toparty', 'totag'], value),
    () => '要写明应用消息发给谁',
  ),
  answer: Type.Object({
    msgid: optionalText,
    /** Of cards that can be answered: changes the card once. */
    response_code: optionalText,
    /** Joined by `|`, in lower case. */
    invaliduser: optionalText,
    invalidparty: optionalText,
    invalidtag: optionalText,
    errcode: optionalInteger,
  }),
})
const Recall = post({
  path: '/cgi-bin/message/recall',
  repeatable: true,
  request: Type.Object({ msgid: Id }),
  answer: Done,
})
const whose = {
  /** From the send or from the event of the tap; ≤72 h old (older text: 24 h), once. */
  response_code: Id,
  userids: Type.Optional(Type.Array(Id, { maxItems: 1_000 })),
  partyids: Type.Optional(Type.Array(Type.Integer(), { maxItems: 100 })),
  tagids: Type.Optional(Type.Array(Type.Integer(), { maxItems: 100 })),
  /** Everybody who got the card. */
  atall: Type.Optional(Type.Boolean()),
  agentid: Type.Optional(Type.Integer()),
  enable_id_trans: Flag,
}
const UpdateCard = post({
  path: '/cgi-bin/message/update_template_card',
  request: Type.Refine(
    Type.Union([
      /** The button turns grey and reads so. */
      Type.Object({ ...whose, button: Type.Object({ replace_name: Type.String({ minLength: 1 }) }) }),
      Type.Object({ ...whose, template_card: TemplateCard, replace_text: optionalText }),
    ]),
    (value) => notAllEmpty(['userids', 'partyids', 'tagids', 'atall'], value),
    () => '要写明更新谁的卡片',
  ),
  answer: Type.Object({ invaliduser: Type.Optional(Type.Array(Type.String())) }),
})
const Statistics = post({
  path: '/cgi-bin/message/get_statistics',
  repeatable: true,
  request: Type.Object({ time_type: Type.Union([Type.Literal(0), Type.Literal(1)]) }),
  answer: Type.Object({
    statistics: Type.Optional(
      Type.Array(Type.Object({ agentid: optionalInteger, app_name: optionalText, count: optionalInteger })),
    ),
  }),
})

/** Messages of our app to members. */
export const createMessages = (call: Call, agentId: number) => ({
  /** A member gets ≤30 a minute and ≤1,000 an hour from one app; the rest is dropped silently. Some receivers invalid:
   *  errcode 0 with invaliduser; all invalid: throws 81013. Not safe to repeat unless enable_duplicate_check is 1; a card
   *  is protected by its task_id (42014). Doc 90236. */
  send: (body: Static<typeof Send.request>) => call(Send, { agentid: agentId, ...body }),
  /** Takes a message back, ≤24 h after it was sent (then 42052). Safe to repeat. Doc 94867. */
  recall: (msgid: string) => call(Recall, { msgid }),
  /** Changes a card: throws 60140 when the code is used or too old, 82102 when none of them got it. Not safe to repeat: the
   *  code is gone. Doc 94888. */
  updateCard: (body: Static<typeof UpdateCard.request>) => call(UpdateCard, { agentid: agentId, ...body }),
  /** Person-times sent, per app. Safe to repeat. Doc 92369. */
  statistics: (day: 'today' | 'yesterday') => call(Statistics, { time_type: day === 'today' ? 0 : 1 }),
})
