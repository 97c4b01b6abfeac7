import type { AskedGrant, Gift, Granted } from '../../platform/shops/shop-connection.ts'

/** The shop as it gives; every method asks it and throws AppError, with `mayHaveHappened` where a gift may have been given. */
export interface GivingShop {
  /** Who this customer is at the shop; undefined: nobody there, or several. */
  memberOf(externalUserId: string): Promise<string | undefined>
  /** See ShopConnection. */
  holds(member: string, gift: Gift): Promise<string | undefined>
  grant(asked: AskedGrant): Promise<Granted>
}

/** Where gifts are given. */
export interface GrantDesk {
  /** The shop of this id, ready to be asked. Throws AppError: shop.paused, it is away, may not be asked at this moment, or a person has
   *  to change something first and has been told so: not in the rules or without its secrets, a right, an address. */
  at(shop: string): Promise<GivingShop>
}

/** Under which it stands in the alerts that nothing can be given at a shop until a person has changed something. */
export const haltedKey = (shop: string): string => `grants.halted:${shop}`
