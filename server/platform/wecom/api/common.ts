import Type from 'typebox'

/** An id as WeCom gave it: `userid`, `external_userid`, `chat_id`, `config_id`, `msgid` … */
export const Id = Type.String({ minLength: 1, maxLength: 512 })

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
