/** What a migration takes away or makes stricter, and why no version that may run beside it minds. */
export interface Contract {
  migration: string
  /** As `narrowings` says it. */
  narrows: string
  /** The release after which nothing writes or reads it, or why none ever did. */
  unusedSince: string
}

/** The last one of 0.1.0; what came before it, came with the first release. */
export const FIRST_RELEASED_UNTIL = 27

export const CONTRACTS: readonly Contract[] = [
  {
    migration: 'Touches1700000000028',
    narrows: 'table contact is gone',
    unusedSince: '0.1.0 still does: CHANGELOG says that its processes are stopped first, so it cannot be rolled over',
  },
  {
    migration: 'OrdersByShop1700000000029',
    narrows: 'rows of shop_order may share order_id',
    unusedSince: '0.1.0 still trusts it; its processes are stopped first, as above',
  },
  {
    migration: 'NoShownScripts1700000000071',
    narrows: 'table script_shown is gone',
    unusedSince: 'in no release',
  },
]
