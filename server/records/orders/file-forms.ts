import { plainName } from './plain-name.ts'

/** An export of a platform, as its header gives it away. */
export interface FileForm {
  /** What operators read. */
  name: string
  /** `goods`: of an order that another report or the shop told it tells the goods and no money. `summary`: its goods are the names in one cell, worth
   *  less than goods that stand one by one. */
  tells: 'goods' | 'summary' | undefined
}

/** Names that no other export has together. */
const FORMS: readonly (FileForm & { marks: readonly string[] })[] = [
  { name: '淘宝订单报表', marks: ['买家会员名', '宝贝标题', '订单编号'], tells: 'summary' },
  { name: '淘宝宝贝报表', marks: ['主订单编号', '子订单编号', '购买数量'], tells: 'goods' },
  { name: '抖店', marks: ['主订单编号', '选购商品'], tells: undefined },
  { name: '京东', marks: ['京东价', '下单帐号'], tells: undefined },
  { name: '有赞', marks: ['全部商品名称', '收货人手机号/提货人手机号'], tells: 'summary' },
  { name: '拼多多', marks: ['商家实收金额(元)', '样式ID'], tells: undefined },
  { name: '微信小店', marks: ['带货方式', '订单下单时间'], tells: undefined },
  { name: 'CRMEB', marks: ['支付状态', '表单信息'], tells: undefined },
]

/** Undefined: a table that somebody made, or an export we have not seen. */
export function fileFormOf(header: readonly string[]): FileForm | undefined {
  const names = new Set(header.map(plainName))
  return FORMS.find(({ marks }) => marks.every((mark) => names.has(plainName(mark))))
}
