import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../core/kernel/app-error.ts'

/** Stands in the shipped rule folder and goes along into every copy. Whoever has made the rules their own deletes it. */
export const DEMO_SHOP_FILE = 'DEMO-SHOP.md'

/** True while a folder is still that of the invented shop, or a copy that nobody has said to be their own. */
export const isDemoShop = (folder: string): boolean => existsSync(join(folder, DEMO_SHOP_FILE))

/** What a server that talks to a real corp says of such a folder, in both languages: it would make the invented shop's tags,
 *  codes and mass sends there. */
export const demoShopRefused = (folder: string): AppError =>
  new AppError(
    'settings.invalid',
    `HUOSHUI_CONFIG (${folder}) holds the rules of the invented demo shop, and WECOM_API_BASE is the real WeCom. ` +
      `Point HUOSHUI_CONFIG at a copy with your own rules and delete ${DEMO_SHOP_FILE} from it.\n` +
      `  HUOSHUI_CONFIG（${folder}）还是示例店铺的规则，不能用在真实企业上。复制一份改成自己店的，删掉里面的 ${DEMO_SHOP_FILE}，` +
      '再把 HUOSHUI_CONFIG 指过去。',
    { zh: '规则文件夹还是示例店铺的，不能用在真实企业上' },
  )
