import { app, busy, call, chosen, customer, state, timeText, toast, yuan } from './desk.js'

const STATUS = { created: '待付款', paid: '已付款', refunded: '已退款', closed: '已关闭' }

/** The shop that tells Huoshui about orders. */
export const SteakShop = {
  setup() {
    const send = async (input, key, done) => {
      const result = await call('order', input, key)
      if (!result) return
      if (result.status >= 200 && result.status < 300) toast(done)
      else if (result.status === 0) toast('Huoshui 没有回应，订单没有送达', 'error')
      else toast(`Huoshui 拒绝了这笔订单（HTTP ${result.status}）`, 'error')
    }
    const buy = (product) => {
      const { sku, name, priceFen, category } = product
      const items = [{ sku, name, quantity: 1, priceFen, category }]
      return send({ status: 'created', externalUserId: chosen.customer, items }, `buy-${sku}`, '已下单，等待付款')
    }
    const move = (order, status) =>
      send({ orderId: order.orderId, status }, `${status}-${order.orderId}`, STATUS[status])
    return { app, busy, chosen, customer, state, timeText, yuan, STATUS, buy, move }
  },
  template: `
    <section class="column shop">
      <header class="column-head"><h2>商城</h2><span class="hint">牧野牛排小程序</span></header>
      <div class="store">
        <p v-if="!customer" class="lead">先让顾客扫码添加导购，再来下单。</p>
        <p v-else class="lead"><b>{{ customer.name }}</b> 正在逛商城</p>
        <article v-for="p in state.products" :key="p.sku" class="product">
          <img class="dish" :src="'/_sandbox/dish/' + encodeURIComponent(p.category)" alt="" />
          <span><b>{{ p.name }}</b><small>{{ p.spec }}</small><strong>{{ yuan(p.priceFen) }}</strong></span>
          <button class="primary" :data-test="'shop-product-' + p.sku" :disabled="!customer || busy.has('buy-' + p.sku)" @click="buy(p)">下单</button>
        </article>
        <h3>我的订单</h3>
        <p v-if="!customer?.orders.length" class="notice">还没有订单</p>
        <article v-for="o in customer?.orders ?? []" :key="o.orderId" class="order" :data-test="'order-' + o.orderId">
          <div><b>{{ o.items.map((i) => i.name + (i.quantity > 1 ? '×' + i.quantity : '')).join('、') || '订单' }}</b><small>{{ timeText(o.atMs) }}</small></div>
          <div class="order-end"><strong>{{ yuan(o.totalFen) }}</strong>
            <span class="state" :class="o.status">{{ STATUS[o.status] }}</span>
            <button v-if="o.status === 'created'" class="primary" data-test="pay" :disabled="busy.has('paid-' + o.orderId)" @click="move(o, 'paid')">付款</button>
            <button v-if="o.status === 'paid'" class="quiet danger" data-test="refund" :disabled="busy.has('refunded-' + o.orderId)" @click="move(o, 'refunded')">退款</button>
          </div>
        </article>
      </div>
    </section>`,
}
