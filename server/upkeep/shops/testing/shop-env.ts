import { demoShopEnv } from '../../../../sandbox/credentials.ts'
import type { Sandbox } from '../../../../sandbox/sandbox.ts'

export const WECHAT_SHOP = {
  'shops/muye.yaml':
    'shop: 牧野微信小店\nid: muye\nplatform: wechat-shop\naccount: wxsandbox0000shop01\nhistoryDays: 30\nperSecond: 100\n',
}

export const CRMEB = {
  'shops/mall.yaml':
    'shop: 牧野商城\nid: mall\nplatform: crmeb\naccount: huoshui01\naddress: https://mall.example.com\nhistoryDays: 30\nperSecond: 100\n',
}

export const YOUZAN = {
  'shops/yz.yaml':
    'shop: 牧野有赞店\nid: yz\nplatform: youzan\naccount: sandbox0client0001\nkdtId: "100001"\nhistoryDays: 30\nperSecond: 100\n',
}

/** What the environment says of the sandbox's shops. */
export function shopEnv({ url, shops }: Pick<Sandbox, 'url' | 'shops'>): Record<string, string> {
  const { account: crmeb } = shops.crmeb
  return {
    ...demoShopEnv(url),
    SHOP_YZ_API: `${url}/shops/youzan`,
    SHOP_YZ_SECRET: shops.youzan.account.clientSecret,
    SHOP_MALL_API: `${url}/shops/crmeb`,
    SHOP_MALL_SECRET: crmeb.secret,
    SHOP_MALL_PUSH_ACCOUNT: crmeb.pushAccount,
    SHOP_MALL_PUSH_PASSWORD: crmeb.pushPassword,
    SHOP_MALL_EVENT_SECRET: 'sandbox-event-secret-000',
  }
}
