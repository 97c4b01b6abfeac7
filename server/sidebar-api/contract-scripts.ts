import Type, { type Static } from 'typebox'
import { ChangeKey, OrNull, SeenFact } from './contract-base.ts'

/** What is said of scripts. */

/** What sendChatMessage of the JS-SDK takes; one call sends one. Text may hold {客户昵称} and {导购名}. */
export const ChatMessage = Type.Union([
  Type.Object({ msgtype: Type.Literal('text'), text: Type.Object({ content: Type.String() }) }),
  Type.Object({ msgtype: Type.Literal('image'), image: Type.Object({ mediaid: Type.String() }) }),
  Type.Object({ msgtype: Type.Literal('video'), video: Type.Object({ mediaid: Type.String() }) }),
  Type.Object({ msgtype: Type.Literal('file'), file: Type.Object({ mediaid: Type.String() }) }),
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
  /** Those that go along, for GET scripts/picture?asset=… */
  pictures: Type.Optional(Type.Array(Type.String())),
  /** Videos and files that go along, for GET scripts/file?asset=… */
  files: Type.Optional(
    Type.Array(
      Type.Object({
        asset: Type.String(),
        kind: Type.Union([Type.Literal('video'), Type.Literal('file')]),
        /** As the customer reads it. */
        name: Type.String(),
        bytes: Type.Integer(),
      }),
    ),
  ),
  /** Attachments that cannot be sent now, and why; shown before sending. */
  missing: Type.Array(Type.String()),
  /** Absent: it stands in the files. */
  own: Type.Optional(
    Type.Object({
      /** Whoever looks wrote it, and may change it. */
      isMine: Type.Boolean(),
      isTeam: Type.Boolean(),
      /** Name of who wrote it. */
      by: Type.String(),
      /** What in it should be looked at again: `「最好」：广告法第九条不许用绝对化的说法`. */
      warnings: Type.Array(Type.String()),
    }),
  ),
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
      /** What became of it with all those it was sent to, a week or more ago; null: nothing is known. What they answered, WeCom
       *  tells nobody without the message archive. */
      became: OrNull(Type.Object({ customers: Type.Integer(), bought: Type.Integer(), days: Type.Integer() })),
    }),
  ),
  /** All that fit. */
  total: Type.Integer(),
  /** `file`: as the files say; `learned`: what sold better stands higher; `explored`: the first one has its turn. */
  how: Type.Union([Type.Literal('file'), Type.Literal('learned'), Type.Literal('explored')]),
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
/** GET scripts/picture?asset=… — a picture of a script, as it goes out: png or jpg. GET scripts/file?asset=… — a video, whole or in
 *  part (`Range`), or a file to be saved. */
export const AssetQuery = Type.Object({ asset: Type.String({ minLength: 1, maxLength: 200 }) })
export const Scripts = Type.Object({ scripts: Type.Array(Script) })
export type Scripts = Static<typeof Scripts>
export const FoundScripts = Type.Object({
  /** All that were found. */
  total: Type.Integer(),
  scripts: Type.Array(Script),
})
export type FoundScripts = Static<typeof FoundScripts>

/** GET scripts/mine — what one has at hand: favourites, what one sent of late, one's own, one's store's. */
export const MyScripts = Type.Object({
  favourites: Type.Array(Script),
  /** Sent within 90 days, the last first; at most 10. */
  recent: Type.Array(Script),
  own: Type.Array(Script),
  team: Type.Array(Script),
  /** A lead writes for the store. */
  mayShare: Type.Boolean(),
})
export type MyScripts = Static<typeof MyScripts>

/** POST scripts/own, POST scripts/own/:scriptId — `isTeam`: for all guides of the departments that one leads. */
export const OwnScriptWritten = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 30 }),
    text: Type.String({ minLength: 1, maxLength: 1_000 }),
    isTeam: Type.Optional(Type.Boolean()),
    key: ChangeKey,
  },
  { additionalProperties: false },
)
export type OwnScriptWritten = Static<typeof OwnScriptWritten>
/** It is saved all the same. */
export const OwnScriptSaved = Type.Object({ warnings: Type.Array(Type.String()) })
export type OwnScriptSaved = Static<typeof OwnScriptSaved>

/** POST scripts/favourites */
export const FavouriteChange = Type.Object(
  { scriptId: Type.String({ minLength: 1, maxLength: 40 }), isFavourite: Type.Boolean() },
  { additionalProperties: false },
)
export type FavouriteChange = Static<typeof FavouriteChange>
