/** Characters that steer instead of showing: control characters, direction marks, what Unicode calls format characters. The
 *  joiner and the tags inside emoji stay. */
const STEERING = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200d\u{e0020}-\u{e007f}])\p{Cf}/gu

const INVISIBLE = /(?![\u200d\u{e0020}-\u{e007f}])\p{Cf}/gu

/** What one reads of a text: without what is pasted along unseen (zero-width characters, direction marks). */
export const withoutInvisible = (text: string): string => text.replace(INVISIBLE, '')

/** Text that stands on one line of a screen, without what steers instead of showing. */
export const oneLine = (text: string): string => text.replace(STEERING, ' ').replace(/\s+/g, ' ').trim()

const LONGEST = 64

/** A name that a stranger chose, as it may stand in a message, in the name of a group or on a screen of text: one line, no
 *  markup (WeCom makes links of `<a href>` in the texts of apps), no address that turns into a link, no character that turns
 *  the line around. What is left is what one would read. */
export const shownName = (name: string): string =>
  [
    ...name
      .replace(STEERING, ' ')
      .replaceAll('<', '＜')
      .replaceAll('>', '＞')
      .replaceAll('://', '：//')
      .replace(/\s+/g, ' '),
  ]
    .slice(0, LONGEST)
    .join('')
    .trim()

/** Text for a terminal: colours, titles, clearing and turning around are what programs send, not names. Lines (also those of
 *  CSV) and tabs stay. */
export const terminalText = (text: string): string =>
  text.replace(/(?!\n|\t|\r\n)[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
