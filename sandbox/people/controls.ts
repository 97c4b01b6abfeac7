import type { Desk } from '../desk.ts'
import type { WechatShopDouble } from '../shops/wechat-shop.ts'
import type { ChatMessage } from '../world.ts'
import { acquisitionControls } from './acquisition-controls.ts'
import { adminControls } from './admin.ts'
import { cardControls } from './card-controls.ts'
import { customerControls } from './customer.ts'
import { directoryControls } from './directory-controls.ts'
import { groupControls } from './group-controls.ts'
import { guideControls } from './guide.ts'
import { momentControls } from './moment-controls.ts'
import { ownSystemControls } from './own-system.ts'
import { serviceControls } from './service-controls.ts'
import { shopCounterControls } from './shop-counter.ts'
import { transferControls } from './transfer-controls.ts'
import { unusualControls } from './unusual-controls.ts'

export type Controls = ReturnType<typeof createControls>

/** Everything people can do at the desk; the same functions in process and under `/_sandbox/`. */
export const createControls = (desk: Desk, shop: WechatShopDouble) => ({
  ...customerControls(desk),
  ...groupControls(desk),
  ...guideControls(desk),
  ...adminControls(desk),
  ...directoryControls(desk),
  ...transferControls(desk),
  ...momentControls(desk),
  ...acquisitionControls(desk),
  ...cardControls(desk),
  ...serviceControls(desk),
  ...unusualControls(desk),
  ...ownSystemControls(desk),
  ...shopCounterControls(desk, shop),
  /** What one customer sent and received, oldest first. */
  messagesOf: (externalUserId: string): ChatMessage[] => desk.world.messages.get(externalUserId) ?? [],
})
