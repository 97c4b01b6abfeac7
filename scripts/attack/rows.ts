import type { Row } from './row.ts'
import { atOnce, oddBodies, signatures } from './rows/bodies.ts'
import { callbacks, replays } from './rows/callbacks.ts'
import { oddIds, swappedIds } from './rows/customers.ts'
import { floods } from './rows/floods.ts'
import { framing, methods, slowClients, traversal } from './rows/http.ts'
import { innerAddresses } from './rows/inner-addresses.ts'
import { cookies, forms, oauth } from './rows/logins.ts'
import { ruleFolders } from './rows/rule-folders.ts'

/** In the order in which they run. */
export const ROWS: readonly Row[] = [
  swappedIds,
  oddIds,
  cookies,
  forms,
  oauth,
  methods,
  traversal,
  framing,
  oddBodies,
  signatures,
  atOnce,
  callbacks,
  replays,
  innerAddresses,
  ruleFolders,
  slowClients,
  floods,
]
