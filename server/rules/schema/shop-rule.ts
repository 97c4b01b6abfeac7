import Type, { type Static } from 'typebox'

/** config/shops/*.yaml — one shop that Huoshui reads orders from. What is secret stands in the environment. */
export const ShopRule = Type.Object(
  {
    /** What people read; the orders of a shop keep the name under which they first came. */
    shop: Type.String({ minLength: 1, maxLength: 40, description: '店铺的名字，1 到 40 个字' }),
    /** Names its push address and its settings in the environment, so it never changes. */
    id: Type.String({
      pattern: '^[a-z][a-z0-9-]{1,29}$',
      description: '编号，2 到 30 个小写字母、数字或 -；推送地址和环境变量都用它，定了不要改',
    }),
    platform: Type.Union(
      [Type.Literal('wechat-shop'), Type.Literal('crmeb'), Type.Literal('youzan'), Type.Literal('files')],
      { description: '平台：wechat-shop 微信小店、crmeb、youzan 有赞；files 没有接口的店，读放进文件夹的导出文件' },
    ),
    /** Not secret: it stands in every link of the shop. */
    account: Type.Optional(
      Type.String({
        minLength: 2,
        maxLength: 64,
        description: '平台给的账号：微信小店的 AppID、CRMEB 对外接口的 appid、有赞的 client_id',
      }),
    ),
    /** 有赞 only. */
    kdtId: Type.Optional(Type.String({ pattern: '^\\d{1,19}$', description: '有赞店铺的 kdt_id' })),
    /** CRMEB only: everybody hosts their own. */
    address: Type.Optional(
      Type.String({ maxLength: 200, description: 'CRMEB 的网址，如 https://shop.example.com，后面不带路径' }),
    ),
    /** files only: on the machine of the server. */
    folder: Type.Optional(
      Type.String({ pattern: '^/', maxLength: 300, description: '放导出文件的文件夹，服务器上的完整路径，/ 开头' }),
    ),
    /** files only: where the columns of its files are not known. */
    columns: Type.Optional(
      Type.Record(Type.String(), Type.String({ minLength: 1 }), {
        description: '文件里的列名不认得时：我们的列名 → 文件里的列名',
      }),
    ),
    /** How far back orders are read when the shop is connected. Default 90. */
    historyDays: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1_095, description: '接上时往回补多少天的订单，默认 90，0 表示不补' }),
    ),
    /** What no push told is found by asking. Default 3. */
    pollMinutes: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 60, description: '每隔多少分钟去查一次没推送到的订单，默认 3' }),
    ),
    /** Calls a second, for all processes together. Default 10. */
    perSecond: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, description: '每秒最多调用平台接口多少次，默认 10' }),
    ),
    /** Who can mend it at the shop: hears by a message of the app when it refuses us for good. */
    keeper: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: '谁管这家店的后台（员工 userid）：凭证失效、权限没了、文件有问题时，应用消息也告诉他',
      }),
    ),
    /** By the word of the shop in its orders; whose own userid or only name it is needs no line. */
    staff: Type.Optional(
      Type.Record(Type.String({ minLength: 1 }), Type.String({ pattern: '^[\\w.@-]{1,64}$' }), {
        description: '店铺在订单里写的店员 → 员工账号（userid）；就写账号或姓名的不用列',
      }),
    ),
    stores: Type.Optional(
      Type.Record(
        Type.String({ minLength: 1 }),
        Type.Union([Type.String({ minLength: 1, maxLength: 60 }), Type.Integer({ minimum: 1 })]),
        { description: '店铺在订单里写的门店 → 企业微信的部门，写名字或编号；和部门同名的不用列' },
      ),
    ),
    enabled: Type.Optional(Type.Boolean({ description: '写 false 表示先不启用' })),
  },
  { additionalProperties: false },
)
export type ShopRule = Static<typeof ShopRule>
