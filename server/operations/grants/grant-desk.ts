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
  /** The shop of this id, ready to be asked. Throws AppError: shop.gone, not in the rules or without its secrets; shop.paused, it is
   *  away or may not be asked at this moment. */
  at(shop: string): Promise<GivingShop>
}
