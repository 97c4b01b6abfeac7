import type { Change } from '../session/outbox.ts'

/** Only written down. */
export const PLAIN = '只记下'
/** A day of the calendar. */
export const OTHER_DAY = '选日子'

/** What is to become of the words, as the draft beside them (`note:manner`) keeps it. `other`: the day, `2026-11-25`. */
export interface NoteManner {
  chosen: string
  other: string
  isPinned: boolean
}

/** Empty: only written down. */
export const mannerText = (manner: NoteManner): string =>
  manner.chosen === PLAIN && !manner.isPinned ? '' : JSON.stringify(manner)

/** Of a text that `mannerText` made. */
export const mannerOf = (text: string): NoteManner => JSON.parse(text) as NoteManner // written above

/** The text with which a change that was sent is begun again. */
export const mannerAgain = (change: Extract<Change, { kind: 'note' | 'reminder' }>): string =>
  change.kind === 'note'
    ? mannerText({ chosen: PLAIN, other: '', isPinned: change.body.isPinned === true })
    : mannerText({ chosen: OTHER_DAY, other: change.body.on, isPinned: false })
