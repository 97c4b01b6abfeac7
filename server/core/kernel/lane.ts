/** Who goes first: a welcome never waits for a campaign; every lane keeps its own share, so none starves. */
export const LANES = ['welcome', 'event', 'campaign', 'backfill'] as const
export type Lane = (typeof LANES)[number]

export const perLane = <T>(make: (lane: Lane) => T): Record<Lane, T> => ({
  welcome: make('welcome'),
  event: make('event'),
  campaign: make('campaign'),
  backfill: make('backfill'),
})
