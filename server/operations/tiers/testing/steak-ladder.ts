/** A ladder as a shop writes it, for tests: S, A and C by what was paid, C to be on by all. */
export const steakLadder = (extra = '', levelS = ''): string => `ladder: 分层
levels:
  - level: S
    when: { orders.paid.sum: { gte: 10000元 } }
    keep: { orders.paid.sum: { gte: 6000元 } }
    tag: 分层/S
${levelS}
  - level: A
    when: { orders.paid.sum: { gte: 2000元 } }
    tag: 分层/A
  - level: C
moves: auto
${extra}
`
export const TIER_TAGS = 'tags:\n  - { group: 分层, names: [S, A] }\n'
