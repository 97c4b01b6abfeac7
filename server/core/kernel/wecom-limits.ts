/** WeCom's own limits on what is written, each once: rules are checked against them, texts cut to them, requests refused by
 *  them. Bytes are of UTF-8, a Chinese character is three; characters are Unicode code points. */

/** Text of a welcome or a mass message; of the message to who has followed a contact way. Docs 92135, 92137. */
export const MESSAGE_TEXT_BYTES = 4_000
/** Text of a group welcome when it is made. Docs 92366. */
export const GROUP_WELCOME_BYTES = 3_000
/** Docs 92135. */
export const MOST_ATTACHMENTS = 9
export const LINK_TITLE_BYTES = 128
export const LINK_DESC_BYTES = 512
/** Of every address that goes with a message. */
export const URL_BYTES = 2_048
export const MINI_TITLE_BYTES = 64
/** Text of the app's message to members. Docs 90236. */
export const APP_TEXT_BYTES = 2_048
/** Of a text of the customer service (微信客服). Doc 94677. */
export const SERVICE_TEXT_BYTES = 2_048
/** What a guide notes as the customer's name, and about the customer. */
export const CUSTOMER_REMARK_CHARS = 20
export const CUSTOMER_DESCRIPTION_CHARS = 150
/** Of a contact way (活码) or a way into groups. */
export const WAY_REMARK_CHARS = 30
export const WAY_STATE_CHARS = 30
/** Name of a group that a way into groups makes, without its number. */
export const ROOM_NAME_CHARS = 40
/** What is told to the customer after a handover. */
export const HANDOVER_MESSAGE_CHARS = 200
/** Of a tag, and of a group of tags. Docs 92117. */
export const TAG_NAME_CHARS = 30
/** Of a picture that is uploaded for good. Docs 90256. */
export const LASTING_IMAGE_BYTES = 2 * 1024 * 1024
/** Text of a moment, and the title of its link. Docs 95094. */
export const MOMENT_TEXT_CHARS = 2_000
export const MOMENT_LINK_TITLE_BYTES = 64
/** Of what is uploaded for three days. Docs 90253. */
export const VIDEO_BYTES = 10 * 1024 * 1024
export const FILE_BYTES = 20 * 1024 * 1024
