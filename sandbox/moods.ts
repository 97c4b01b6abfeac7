/** How the platform is today; writable while running. Times are milliseconds of the sandbox's clock, shares 0–1. */
export interface Moods {
  /** groupchat/get tells of a change only so much after its event (docs 92122: part of the data is asynchronous). */
  groupLagMs: number
  /** The tag library tells of a new tag only so much later. */
  tagLagMs: number
  /** What guides and customers did about mass sends is told only so much later. */
  resultLagMs: number
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
  rivalWins: 0,
  rivalSends: 0,
  rivalSendsForMs: 2_000,
  newTokenEndsOld: false,
})
