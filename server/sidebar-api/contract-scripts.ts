import Type, { type Static } from 'typebox'
import { OrNull, SeenFact } from './contract-base.ts'

/** What is said of scripts. */

/** What sendChatMessage of the JS-SDK takes; one call sends one. Text may hold {客户昵称} and {导购名}. */
export const ChatMessage = Type.Union([
  Type.Object({ msgtype: Type.Literal('text'), text: Type.Object({ content: Type.String() }) }),
  Type.Object({ msgtype: Type.Literal('image'), image: Type.Object({ mediaid: Type.String() }) }),
  Type.Object({
    msgtype: Type.Literal('news'),
    news: Type.Object({
      link: Type.String(),
      title: Type.String(),
      desc: Type.Optional(Type.String()),
      imgUrl: Type.Optional(Type.String()),
    }),
  }),
  Type.Object({
    msgtype: Type.Literal('miniprogram'),
    miniprogram: Type.Object({
      appid: Type.String(),
      title: Type.String(),
      imgUrl: Type.String(),
      page: Type.String(),
    }),
  }),
])
export type ChatMessage = Static<typeof ChatMessage>

export const Script = Type.Object({
  id: Type.String(),
  title: Type.String(),
  domain: Type.String(),
  situation: Type.String(),
  aim: Type.String(),
  expect: Type.String(),
  text: Type.String(),
  messages: Type.Array(ChatMessage),
  /** Attachments that cannot be sent now, and why; shown before sending. */
  missing: Type.Array(Type.String()),
})
export type Script = Static<typeof Script>

/** GET customers/:externalUserId/proposals — scripts for this person now, best first. */
export const Proposals = Type.Object({
  proposals: Type.Array(
    Type.Object({
      script: Script,
      because: Type.String(),
      /** What its words rest on. */
      facts: Type.Array(SeenFact),
      /** When the customer last heard it, and from whom: a guide, the welcome, a mass-send. */
      said: OrNull(
        Type.Object({
          atMs: Type.Number(),
          by: Type.String(),
          /** Within a day: not the thing to say now. */
          isFresh: Type.Boolean(),
        }),
      ),
    }),
  ),
  /** All that fit. */
  total: Type.Integer(),
})
export type Proposals = Static<typeof Proposals>
export type Proposal = Proposals['proposals'][number]

/** GET scripts/tree — domain → situation, with the number of answers. */
export const ScriptTree = Type.Object({
  domains: Type.Array(
    Type.Object({
      name: Type.String(),
      situations: Type.Array(Type.Object({ name: Type.String(), count: Type.Integer() })),
    }),
  ),
})
export type ScriptTree = Static<typeof ScriptTree>

/** GET scripts/of?domain=…&situation=… */
export const SituationQuery = Type.Object({ domain: Type.String(), situation: Type.String() })
/** GET scripts/search?q=…&from=… — words, full pinyin or initials; 20 at a time, after the first `from`. */
export const SearchQuery = Type.Object({
  q: Type.String({ minLength: 1, maxLength: 100 }),
  from: Type.Optional(Type.String({ pattern: '^\\d{1,6}$' })),
})
export const Scripts = Type.Object({ scripts: Type.Array(Script) })
export type Scripts = Static<typeof Scripts>
export const FoundScripts = Type.Object({
  /** All that were found. */
  total: Type.Integer(),
  scripts: Type.Array(Script),
})
export type FoundScripts = Static<typeof FoundScripts>
