import { app, busy, call, chosen, customer, state, timeText, toast, yuan } from './desk.js'

const STATE = {
  created: '待付款',
  paid: '待发货',
  shipped: '待收货',
  signed: '已收货',
  refunded: '已退款',
  closed: '已关闭',
}
const DONE = { pay: '已付款', close: '已取消', ship: '已发货', sign: '已收货', refund: '已退款' }
const AMENDS_FEN = 1_500

/** The demo's 微信小店: what is done here it pushes to Huoshui, which then reads the order. */
export const SteakShop = {
  setup() {
    const buy = async ({ sku }) => {
      if (await call('buy', { externalUserId: chosen.customer, sku }, `buy-${sku}`)) toast('已下单，等待付款')
    }
    const move = async (order, does, fen) => {
      const input = { orderId: order.orderId, does, fen }
      if (await call('move-order', input, `move-${order.orderId}`)) toast(fen ? `已退 ${yuan(fen)}` : DONE[does])
    }
    const losePushes = async (isLost) => {
      if (!(await call('set-shop-manners', { lost: isLost ? 1 : 0 }, 'manners'))) return
      toast(isLost ? '小店的推送丢了：活水一分钟内自己查到' : '小店的推送恢复了')
    }
    const isBusy = (order) => busy.has(`move-${order.orderId}`)
    const canAmend = ({ state: now, totalFen, refundedFen }) =>
      ['paid', 'shipped', 'signed'].includes(now) && totalFen - refundedFen > AMENDS_FEN
    return {
      app,
      busy,
      chosen,
      customer,
      state,
      timeText,
      yuan,
      STATE,
      AMENDS_FEN,
      buy,
      move,
      losePushes,
      isBusy,
      canAmend,
    }
  },
  template: `
    <section class="column shop">
      <header class="column-head"><h2>商城</h2><span class="hint">牧野微信小店</span></header>
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
          <div><b>{{ o.items.map((i) => i.name + (i.quantity > 1 ? '×' + i.quantity : '')).join('、') }}</b><small>{{ timeText(o.atMs) }}</small></div>
          <div class="order-end"><strong>{{ yuan(o.totalFen) }}</strong>
            <span class="state" :class="o.state">{{ STATE[o.state] }}</span>
            <small v-if="o.refundedFen > 0 && o.state !== 'refunded'">退了 {{ yuan(o.refundedFen) }}</small>
          </div>
          <div v-if="!['refunded', 'closed'].includes(o.state)" class="order-moves">
            <button v-if="o.state === 'created'" class="primary" data-test="pay" :disabled="isBusy(o)" @click="move(o, 'pay')">付款</button>
            <button v-if="o.state === 'created'" class="quiet" data-test="close" :disabled="isBusy(o)" @click="move(o, 'close')">取消</button>
            <button v-if="o.state === 'paid'" class="quiet" data-test="ship" :disabled="isBusy(o)" @click="move(o, 'ship')">发货</button>
            <button v-if="o.state === 'shipped'" class="quiet" data-test="sign" :disabled="isBusy(o)" @click="move(o, 'sign')">签收</button>
            <button v-if="canAmend(o)" class="quiet" data-test="part-refund" :disabled="isBusy(o)" @click="move(o, 'refund', AMENDS_FEN)">退 {{ yuan(AMENDS_FEN) }}</button>
            <button v-if="o.state !== 'created'" class="quiet danger" data-test="refund" :disabled="isBusy(o)" @click="move(o, 'refund')">退款</button>
          </div>
        </article>
        <label class="lost-pushes"><input type="checkbox" data-test="lose-pushes" :checked="state.losesPushes" @change="losePushes($event.target.checked)" /> 小店的推送送不到</label>
      </div>
    </section>`,
}
