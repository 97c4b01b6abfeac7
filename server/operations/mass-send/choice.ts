/** One customer, or one group, of an audience: who sends to them, or why nobody does. `id`: external_userid, or chat_id. */
export type Choice =
  | { id: string; userId: string; excluded?: undefined }
  | { id: string; userId: string | undefined; excluded: Exclusion }

interface Exclusion {
  /** `no-consent`: has refused that we write to them. `no-guide`: nobody has this customer as a friend now. `no-owner`: nobody
   *  can send into this group. `over-limit`: has had this month's share. `over-ceiling`: has been contacted as often as
   *  policy.yaml allows. `no-marketing`: belongs to those who get none, to know what all of it brings. `held-out`: would get
   *  this send, and is only watched. */
  kind: 'no-consent' | 'no-guide' | 'no-owner' | 'over-limit' | 'over-ceiling' | 'no-marketing' | 'held-out'
  zh: string
}

export interface AudiencePage {
  choices: Choice[]
  /** The last customer, or group, looked at; undefined: the audience is at its end. */
  last: string | undefined
}
