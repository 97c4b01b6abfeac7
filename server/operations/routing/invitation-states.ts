/** `waiting`: the pool is full; the customer is invited when there is room again. */
export type InvitationState = 'open' | 'waiting' | 'joined' | 'lapsed' | 'withdrawn'
export type InvitedBy = 'welcome' | 'task' | 'mass-send'
