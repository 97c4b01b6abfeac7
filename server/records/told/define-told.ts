import type { KnownNames } from '../customers/given-customer.ts'
import { defineCapability, type Manifest, type Offering } from '../define-capability.ts'
import type { Consents } from '../privacy/consents.ts'
import type { Erasures } from '../privacy/erasures.ts'
import type { Told, ToldDeps } from './told.ts'

type Left<Deps> = Omit<Deps, 'customers' | 'secret' | 'erasures' | 'consents'> & {
  customers: { queries: KnownNames }
  privacy: { erasures: Erasures; consents: Consents }
  ordersSecret: string
}

/** The manifest of a capability whose routes are made by `createTold`: what it keeps of unknown people is matched as soon
 *  as somebody is known under a further name, and `create` gets the key of the shop and the names of customers. */
export const defineTold = <const Name extends string, Deps extends ToldDeps, Made extends Told & Offering<Made>>({
  create,
  ...rest
}: Omit<Manifest<Name, 'timeline' | 'customers' | 'privacy', Deps, Made>, 'needs' | 'identified'>) =>
  defineCapability({
    ...rest,
    needs: ['timeline', 'customers', 'privacy'],
    identified: (tx, externalUserId, made: Made) => made.matchWaiting(tx, externalUserId),
    create: ({ customers, privacy, ordersSecret, ...deps }: Left<Deps>): Made =>
      // The compiler does not add up what it has taken apart.
      create({
        ...deps,
        ...privacy,
        customers: customers.queries,
        secret: ordersSecret,
      } as unknown as Deps),
  })
