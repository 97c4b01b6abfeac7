import Type from 'typebox'

/** An id as WeCom gave it: `userid`, `external_userid`, `chat_id`, `config_id`, `msgid` … */
export const Id = Type.String({ minLength: 1, maxLength: 512 })
/** An id that is kept, for which the database has 64 characters, as WeCom's own ids have at most. A longer one makes its row
 *  one that cannot be used, instead of a fault for all that is written with it. */
export const KeptId = Type.String({ minLength: 1, maxLength: 64 })
/** The same where it may be missing or empty. */
export const optionalKeptId = Type.Optional(Type.String({ maxLength: 64 }))

/** Answers keep fields that are not listed, and miss fields freely, depending on who asks. */
export const Done = Type.Object({})

/** From the last answer's next_cursor; absent for the first page. */
export const Cursor = Type.Optional(Type.String())
/** Empty or absent after the last page. */
export const NextCursor = Type.Optional(Type.String())

export const optionalText = Type.Optional(Type.String())
export const optionalInteger = Type.Optional(Type.Integer())
/** Unix seconds. */
export const UnixSec = Type.Integer({ minimum: 0 })
