/** How the platform is today; writable while running. Times are milliseconds of the sandbox's clock, shares 0–1. */
export interface Moods {
  /** groupchat/get tells of a change only so much after its event (docs 92122: part of the data is asynchronous). */
  groupLagMs: number
  /** The tag library tells of a new tag only so much later. */
  tagLagMs: number
  /** What guides and customers did about mass sends is told only so much later. */
  resultLagMs: number
  /** Share of the mass sends that the member asked confirms unasked, and after how long about. */
  confirmShare: number
  confirmAfterMs: number
  /** The same of the moments of the corp that a member is asked to publish. */
  publishShare: number
  publishAfterMs: number
  /** How many mass messages one customer, or one group, may get: one a day of the month, or, as the corp has tightened it, 7 a
   *  week or 1 a day. */
  reception: 'month' | 'week' | 'day'
  /** Share of the new friends whom another app welcomes first: 41051. */
  rivalWins: number
  /** Share for whom another app is just sending, and then fails: 41096 until it has. */
  rivalSends: number
  rivalSendsForMs: number
  /** Every gettoken ends the token before it, as some tell; doc 91039 says that it gives the same one. */
  newTokenEndsOld: boolean
}

export const goodMoods = (): Moods => ({
  groupLagMs: 0,
  tagLagMs: 0,
  resultLagMs: 0,
  confirmShare: 0,
  confirmAfterMs: 600_000,
  publishShare: 0,
  publishAfterMs: 600_000,
  reception: 'month',
  rivalWins: 0,
  rivalSends: 0,
  rivalSendsForMs: 2_000,
  newTokenEndsOld: false,
})
