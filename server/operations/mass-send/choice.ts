import type { GivenStep } from '../../records/groups/group-steps.ts'

/** One customer, or one group, of an audience: who sends to them and which version, or why nobody does. `id`: external_userid, or
 *  chat_id. `isGuess`: WeCom chooses who sends, of several, and this is who we expect. */
export type Choice =
  | { id: string; userId: string; isGuess?: true; variant?: string; excluded?: undefined }
  | { id: string; userId: string | undefined; excluded: Exclusion }

/** `no-consent`: has refused that we write to them. `dropped-out`: has done what
 *  the campaign is for. `no-guide`: nobody has this customer as a friend now. `no-owner`: nobody
 *  can send into this group. `over-limit`: has had this month's share. `over-ceiling`: has been contacted as often as
 *  policy.yaml allows. `kept-for-another`: the last place is kept for a send with a higher priority. `had-step`: this step of its group SOP has come before. `no-marketing`: belongs to those who get none, to know what all of it brings. `held-out`: would get
 *  this send, and is only watched. */
export const EXCLUSIONS = [
  'no-consent',
  'dropped-out',
  'no-guide',
  'no-owner',
  'over-limit',
  'over-ceiling',
  'kept-for-another',
  'had-step',
  'no-marketing',
  'held-out',
] as const
export type ExclusionKind = (typeof EXCLUSIONS)[number]

export interface Exclusion {
  kind: ExclusionKind
  /** Why, for people. */
  zh: string
}

/** What a person can do, so that they get it all the same; undefined: it is meant to be so. */
export const EXCLUSION_TODO_ZH: Record<ExclusionKind, string | undefined> = {
  'no-consent': '客户自己又想收到了，请导购在侧边栏「免打扰」里恢复',
  'dropped-out': undefined,
  'no-guide': '请在企业微信里给他们分配导购',
  'no-owner': '请在企业微信里给群换一位在职的群主',
  'over-limit': '下个月再发',
  'over-ceiling': '换一天发，或者在规则里写 ifCrowded: later，有空位时再发',
  'kept-for-another': '换一天发，或者把这个群发的 priority 写得比那个高',
  'had-step': undefined,
  'no-marketing': undefined,
  'held-out': undefined,
}

export interface AudiencePage {
  choices: Choice[]
  /** The last customer, or group, looked at; undefined: the audience is at its end. */
  last: string | undefined
  /** What groups have had of a group SOP's step, also what is over. */
  steps?: readonly GivenStep[]
}
