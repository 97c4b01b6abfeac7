/** Said where a capability could forget something, so that leaving it out is a decision. */
export interface Nothing {
  readonly nothing: string
}

/** `why`: for whoever wonders whether it was forgotten. */
export const nothing = (why: string): Nothing => ({ nothing: why })
