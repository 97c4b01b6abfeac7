/** What Huoshui needs to know of a 微信小店. */
export interface WechatShopAccount {
  appid: string
  secret: string
  /** Token of the message push. */
  token: string
  /** EncodingAESKey, 43 alphanumerics. */
  aesKey: string
}

export interface Credentials {
  corpId: string
  /** Name of the corp, shown on the page. */
  corpName: string
  agentId: number
  secret: string
  /** Secret of 通讯录同步, which alone may write the directory. */
  contactsSecret: string
  /** Token of the callback URL, ≤32 alphanumerics. */
  callbackToken: string
  /** EncodingAESKey, 43 alphanumerics. */
  aesKey: string
  /** HMAC key of `POST /api/orders`. */
  ordersSecret: string
}

/** The demo corp. Not a secret: it opens nothing but the sandbox itself. */
export const credentials: Credentials = {
  corpId: 'wwsandbox0huoshui0001',
  corpName: '牧野牛排',
  agentId: 1_000_002,
  secret: 'sandbox-secret-for-the-demo-corp-only-000000',
  contactsSecret: 'sandbox-contacts-secret-of-the-demo-corp-0000',
  callbackToken: 'SandboxCallbackToken0001',
  aesKey: 'SandboxDemoKey0NotASecret0123456789abcdefgU',
  ordersSecret: 'sandbox-orders-secret',
}

/** The demo's 微信小店 (config/shops/微信小店.yaml). Not a secret either. */
export const wechatShopAccount: WechatShopAccount = {
  appid: 'wxsandbox0000shop01',
  secret: 'sandbox-shop-secret-0000000000000',
  token: 'SandboxShopToken01',
  aesKey: 'SandboxShopKey0NotASecret0123456789abcdefgU',
}

/** What the environment of Huoshui says of the demo's shop; `sandbox`: its base URL. */
export const demoShopEnv = (sandbox: string): Record<string, string> => ({
  SHOP_MUYE_API: `${sandbox}/shops/wechat-shop`,
  SHOP_MUYE_SECRET: wechatShopAccount.secret,
  SHOP_MUYE_TOKEN: wechatShopAccount.token,
  SHOP_MUYE_AES_KEY: wechatShopAccount.aesKey,
})
