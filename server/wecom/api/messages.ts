import Type, { type Static } from 'typebox'
import type { Call } from '../call.ts'
import { post } from '../endpoint.ts'
import { Bytes, notAllEmpty } from '../text-limits.ts'
import { optionalInteger, optionalText } from './common.ts'

const receivers = {
  /** Userids joined by `|`, ≤1,000, or @all. */
  touser: optionalText,
  toparty: optionalText,
  totag: optionalText,
  /** Default: our own app. */
  agentid: Type.Optional(Type.Integer()),
  enable_duplicate_check: Type.Optional(Type.Union([Type.Literal(0), Type.Literal(1)])),
  /** Seconds, ≤14,400; default 1,800. */
  duplicate_check_interval: Type.Optional(Type.Integer({ minimum: 0, maximum: 14_400 })),
}

const Send = post({
  path: '/cgi-bin/message/send',
  request: Type.Refine(
    Type.Union([
      Type.Object({
        ...receivers,
        msgtype: Type.Literal('text'),
        text: Type.Object({ content: Bytes(2_048, '应用消息正文') }),
      }),
      Type.Object({
        ...receivers,
        msgtype: Type.Literal('markdown'),
        markdown: Type.Object({ content: Bytes(2_048, '应用消息正文') }),
      }),
      Type.Object({
        ...receivers,
        msgtype: Type.Literal('textcard'),
        textcard: Type.Object({
          title: Bytes(128, '卡片标题'),
          description: Bytes(512, '卡片描述'),
          url: Bytes(2_048, '卡片网址'),
          btntxt: optionalText,
        }),
      }),
    ]),
    (value) => notAllEmpty(['touser', 'toparty', 'totag'], value),
    () => '要写明应用消息发给谁',
  ),
  answer: Type.Object({
    msgid: optionalText,
    /** Joined by `|`, in lower case. */
    invaliduser: optionalText,
    invalidparty: optionalText,
    invalidtag: optionalText,
    errcode: optionalInteger,
  }),
})

/** Messages of our app to members. */
export const createMessages = (call: Call, agentId: number) => ({
  /** A member gets ≤30 a minute and ≤1,000 an hour from one app; the rest is dropped silently. Some receivers invalid:
   *  errcode 0 with invaliduser; all invalid: throws 81013. Not safe to repeat unless enable_duplicate_check is 1.
   *  Doc 90236. */
  send: (body: Static<typeof Send.request>) => call(Send, { agentid: agentId, ...body }),
})
