/** `rule`: the ladder itself; `journey`, `hand`: told so. */
export type MovedBy = 'rule' | 'journey' | 'hand'

/** `move`: to another level of a ladder whose moves are proposed; `hand-over`: to a guide of the level. */
export type ProposalKind = 'move' | 'hand-over'

/** `queued`: the guides of the level are full; `open`: waits for a yes; `accepted`, `declining`: said yes or no, not carried
 *  out yet; `started`: WeCom hands the customer over. The rest are ends; `declined` also keeps the same from being proposed
 *  again. */
export type ProposalState =
  | 'queued'
  | 'open'
  | 'accepted'
  | 'declining'
  | 'started'
  | 'done'
  | 'declined'
  | 'withdrawn'
  | 'failed'
