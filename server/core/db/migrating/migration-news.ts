/** A migration that begins; `steps`: so many of it were carried out by a process that died in it. */
export interface MigrationNews {
  migration: string
  steps: number
}

export type MigrationTold = (news: MigrationNews) => void
