/** Kinds of alerts while which are open the server cannot do a part of its work, or all of it. The others are things that a
 *  person is to see to while everything goes on. */
const STOPS_WORK: ReadonlySet<string> = new Set([
  // WeCom refuses calls of ours, or cannot be reached.
  'platform.refused',
  'platform.unreachable',
  'app.closed',
  // Welcomes are taken for late, callbacks are refused.
  'clock.off',
  // One of several processes takes up no work.
  'clock.apart',
])

/** Whether /readyz says `degraded` while an alert of this kind is open. `kind`: the key up to its colon. */
export const stopsWork = (kind: string): boolean => STOPS_WORK.has(kind)
