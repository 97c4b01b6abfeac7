/** Which customers go to whom: the first line that fits decides. */
export interface Assignment {
  by: 'tag' | 'channel'
  /** 组/名, or the channel's name. */
  value: string
  toUserId: string
}

/** What ops asked for. */
export interface HandoverRequest {
  fromUserId: string
  /** Share evenly, by head, whoever no assignment names. */
  toUserIds: string[]
  assignments: Assignment[]
  /** Only these customers (external_userid); undefined: all. */
  customers?: string[]
  /** Only customers with one of these tags (组/名) at the old guide; none: all. */
  tags: string[]
  /** Only customers who came to the old guide by one of these channels; none: all. */
  channels: string[]
  what: 'customers' | 'groups' | 'all'
  /** Customers that each new guide may have in all. */
  mostCustomers: number
  /** At most so many customers, e.g. for a first try. */
  limit: number | undefined
  /** The name of whoever asked for it in the sidebar. */
  by?: string
}

/** As WeCom gives it to a new member; an administrator can have it extended to 20,000. */
export const USUAL_MOST_CUSTOMERS = 5_000

/** This one customer, from their guide to another. */
export const requestForOne = (fromUserId: string, toUserId: string, externalUserId: string): HandoverRequest => ({
  fromUserId,
  toUserIds: [toUserId],
  assignments: [],
  customers: [externalUserId],
  tags: [],
  channels: [],
  what: 'customers',
  mostCustomers: USUAL_MOST_CUSTOMERS,
  limit: undefined,
})

export const takersOf = (request: Pick<HandoverRequest, 'toUserIds' | 'assignments'>): string[] => [
  ...new Set([...request.toUserIds, ...request.assignments.map((one) => one.toUserId)]),
]
