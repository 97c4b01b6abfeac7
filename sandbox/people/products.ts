export interface OrderItem {
  sku: string
  name: string
  quantity: number
  priceFen: number
  category?: string
}
export interface Product {
  sku: string
  name: string
  spec: string
  priceFen: number
  category: string
}

/** What the invented steak shop sells. */
export const products: readonly Product[] = [
  { sku: 'NP-XL-200', name: '原切西冷牛排', spec: '200g×2片', priceFen: 12_800, category: '西冷' },
  { sku: 'NP-FL-150', name: '原切菲力牛排', spec: '150g×2片', priceFen: 16_800, category: '菲力' },
  { sku: 'NP-YR-220', name: '谷饲眼肉牛排', spec: '220g×2片', priceFen: 19_800, category: '眼肉' },
  { sku: 'NP-ET-100', name: '儿童牛排', spec: '100g×6片 · 少盐', priceFen: 9_900, category: '儿童牛排' },
  { sku: 'NP-XR-999', name: '新人尝鲜装', spec: '西冷+菲力各1片', priceFen: 3_990, category: '新人' },
  { sku: 'NP-LB-588', name: '家庭月度礼盒', spec: '4款共12片', priceFen: 58_800, category: '礼盒' },
]
