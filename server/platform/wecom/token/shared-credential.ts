export interface Credential {
  value: string
  /** UTC milliseconds: from then on a new one is fetched in the background. */
  refreshAtMs: number
  /** UTC milliseconds. */
  expiresAtMs: number
}

/** What a process may do that needs a credential. */
export type Begun =
  | { kind: 'newer'; credential: Credential }
  /** Fetch, then `save` or `pause`. */
  | { kind: 'mine' }
  /** Another process fetches, or the last try failed (`isPause`): until then nobody else may. What is kept may be good
   *  still, only due for a new one. */
  | { kind: 'taken'; untilMs: number; isPause: boolean; credential: Credential | undefined }

/** One credential as all processes of a deployment share it. Every method throws when the store is away. */
export interface SharedCredential {
  /** What is kept, when it is fresh and not the one that WeCom `refused`: who comes with an old one gets the newer one.
   *  Else one of all gets the right to fetch, for ten seconds. */
  begin(refused: string | undefined, nowMs: number): Promise<Begun>
  /** Ends the right to fetch. Gives what is kept: another's, when the right had ended before. */
  save(fetched: Credential, nowMs: number): Promise<Credential>
  /** The fetch failed: nobody tries again before. */
  pause(untilMs: number): Promise<void>
}

/** For a process that shares with nobody. */
export const unshared: SharedCredential = {
  begin: async () => ({ kind: 'mine' }),
  save: async (fetched) => fetched,
  pause: async () => undefined,
}
