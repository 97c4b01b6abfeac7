import { AppError } from '../core/kernel/app-error.ts'
import type { Capability } from '../engine/capability.ts'
import { type Subscription, subscribe } from '../engine/inbox/subscription.ts'
import { CustomerIdentified } from '../records/customers/customer-events.ts'
import type { Manifest } from '../records/define-capability.ts'
import { StaffRenamed } from '../records/staff/staff-events.ts'

/** What `create` of each gave, by the manifest's name. */
export type World<List extends readonly Manifest[]> = {
  [Of in List[number] as Of['name']]: ReturnType<Of['create']>
}

/** Names the manifest whose `create` asks for something that neither the base nor its `needs` give it. */
type Met<Of extends Manifest, Base, All> = Base & Pick<All, Of['needs'][number] & keyof All> extends Parameters<
  Of['create']
>[0]
  ? unknown
  : { needsMoreThanItSays: Of['name'] }

type AllMet<List extends readonly Manifest[], Base> = {
  [Index in keyof List]: List[Index] extends Manifest ? Met<List[Index], Base, World<List>> : never
}

/** Creates each capability once, after those that it needs, and gives them by name, with all that they offer in the order
 *  of the list: the order in which they hear of one event. Throws capabilities.unknown-need and capabilities.circle. */
export function wire<const List extends readonly Manifest[], Base extends object>(
  list: List & AllMet<List, Base>,
  base: Base,
): { world: World<List>; offers: Capability[] } {
  const byName = new Map<string, Manifest>(list.map((manifest) => [manifest.name, manifest]))
  const made = new Map<string, Capability>()
  const underWay = new Set<string>()

  function make(name: string): Capability {
    const known = made.get(name)
    if (known !== undefined) return known
    const manifest = byName.get(name)
    if (manifest === undefined) throw new AppError('capabilities.unknown-need', `no capability is called ${name}`)
    if (underWay.has(name)) throw new AppError('capabilities.circle', `${[...underWay, name].join(' → ')} is a circle`)
    underWay.add(name)
    const needed = Object.fromEntries(manifest.needs.map((need) => [need, make(need)]))
    underWay.delete(name)
    // The type of `list` has checked that the base and the needs are what `create` asks for.
    const one: Capability = manifest.create({ ...base, ...needed } as never)
    made.set(name, one)
    return one
  }

  const offers = list.map((manifest) => withFollowers(manifest, make(manifest.name)))
  // Each was made under its own name, which makes the cast true.
  return { world: Object.fromEntries(made) as World<List>, offers }
}

/** What it offers, with the subscriptions that its manifest promises. */
function withFollowers({ name, renames, identified }: Manifest, made: Capability): Capability {
  const followers: Subscription[] = []
  if (typeof renames === 'function') {
    followers.push(
      subscribe(`${name}.follow-rename`, StaffRenamed, async (tx, { payload, eventAtMs: atMs }) => {
        await renames(tx, { ...payload, atMs }, made)
      }),
    )
  }
  if (typeof identified === 'function') {
    followers.push(
      subscribe(
        `${name}.match`,
        CustomerIdentified,
        async (tx, { payload }) => {
          await identified(tx, payload.externalUserId, made)
        },
        { sideBySide: true },
      ),
    )
  }
  return { ...made, subscriptions: [...(made.subscriptions ?? []), ...followers] }
}
