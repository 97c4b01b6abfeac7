import { defineCapability, type Manifest, type Offering } from '../define-capability.ts'
import type { Consents } from '../privacy/consents.ts'
import type { Erasures } from '../privacy/erasures.ts'
import type { Told, ToldDeps } from './told.ts'

type Left<Deps extends ToldDeps> = Omit<Deps, 'customers' | 'secret' | 'erasures' | 'consents'> & {
  customers: { queries: Deps['customers'] }
  privacy: { erasures: Erasures; consents: Consents }
  ordersSecret: string
}

type Common = 'timeline' | 'customers' | 'privacy'

/** The manifest of a capability whose routes are made by `createTold`: what it keeps of unknown people is matched as soon
 *  as somebody is known under a further name, and `create` gets the key of the shop and the names of customers. `also`: what else it uses of others. */
export const defineTold = <
  const Name extends string,
  Deps extends ToldDeps,
  Made extends Told & Offering<Made>,
  const More extends string = never,
>({
  create,
  also = [],
  ...rest
}: Omit<Manifest<Name, Common, Deps, Made>, 'needs' | 'identified'> & { also?: readonly More[] }) =>
  defineCapability<Name, Common | More, Left<Deps>, Made>({
    ...rest,
    needs: ['timeline', 'customers', 'privacy', ...also],
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
