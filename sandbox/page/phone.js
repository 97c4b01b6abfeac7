import { computed, nextTick, ref, watch } from 'vue'
import { avatar, busy, call, chooseCustomer, chooseGuide, chosen, customer, state, toast } from './desk.js'
import { ChatMessage } from './message.js'

/** The customer's phone: scan a code, chat with the guide, be in groups. */
export const CustomerPhone = {
  components: { ChatMessage },
  setup() {
    const tab = ref(chosen.customer ? 'chat' : 'scan')
    const draft = ref('')
    const pickedGuide = ref('')
    const screen = ref(null)
    const openGroup = ref('')
    const guides = computed(() => customer.value?.guides ?? [])
    const guide = computed(() => guides.value.find((g) => g.userId === pickedGuide.value) ?? guides.value.at(-1))
    const messages = computed(() => (customer.value?.messages ?? []).filter((m) => m.userId === guide.value?.userId))
    const nameOf = (userId) => state.value?.staff.find((person) => person.userId === userId)?.name ?? userId

    const scan = async (way) => {
      const externalUserId = chosen.customer || undefined
      const result = await call('scan', { configId: way.configId, externalUserId }, `scan-${way.configId}`)
      if (!result) return
      chooseCustomer(result.externalUserId)
      pickedGuide.value = result.userId
      chooseGuide(result.userId, result.externalUserId)
      tab.value = 'chat'
      if (!result.welcomeCode) toast('你们已经是好友了')
    }
    const become = (id) => {
      chooseCustomer(id)
      pickedGuide.value = ''
      tab.value = id ? 'chat' : 'scan'
    }
    const pair = () => ({ externalUserId: customer.value.externalUserId, userId: guide.value.userId })
    const say = async () => {
      if (await call('say', { ...pair(), text: draft.value })) draft.value = ''
    }
    const deleteGuide = async () => {
      if (await call('delete-guide', pair())) toast('已删除导购，导购那边看不出来')
    }
    const leave = (chatId) =>
      call('leave-group', { externalUserId: customer.value.externalUserId, chatId }, `leave-${chatId}`)

    watch(
      () => [messages.value.at(-1)?.id, tab.value],
      async () => {
        await nextTick()
        screen.value?.scrollTo({ top: screen.value.scrollHeight })
      },
    )
    // On choosing an existing customer the guide's desk follows.
    watch(
      () => customer.value?.externalUserId,
      (id) => {
        const first = guides.value.at(-1)
        if (id && first && chosen.chat !== id) chooseGuide(first.userId, id)
      },
    )
    return {
      avatar,
      busy,
      chosen,
      customer,
      state,
      tab,
      draft,
      guide,
      guides,
      messages,
      nameOf,
      openGroup,
      pickedGuide,
      screen,
      scan,
      become,
      say,
      deleteGuide,
      leave,
    }
  },
  template: `
    <section class="column customer">
      <header class="column-head">
        <h2>顾客</h2><span class="hint">一部手机</span>
        <select :value="chosen.customer" data-test="customer-select" aria-label="选择顾客" @change="become($event.target.value)">
          <option value="">新顾客</option>
          <option v-for="c in state.customers" :key="c.externalUserId" :value="c.externalUserId">{{ c.name }}</option>
        </select>
        <button class="quiet" data-test="new-customer" @click="become('')">＋ 新顾客</button>
      </header>
      <div class="phone">
        <div class="bar"><span>{{ customer?.name ?? '新顾客' }}</span><i></i><span>5G ▮▮▯</span></div>
        <nav class="tabs">
          <button v-for="[key, label] in [['scan', '扫一扫'], ['chat', '聊天'], ['groups', '群聊']]" :key="key" :class="{ on: tab === key }" :data-test="'phone-' + key + '-tab'" @click="tab = key">{{ label }}<em v-if="key === 'groups' && customer?.groups.length">{{ customer.groups.length }}</em></button>
        </nav>

        <div v-if="tab === 'scan'" class="screen scan" data-test="phone-scan">
          <div v-if="!state.contactWays.length" class="empty" data-test="no-channels">
            <b>还没有渠道码</b>
            <p>Huoshui 启动后会按 <code>config/</code> 里的渠道创建「联系我」二维码，创建好就会出现在这里。</p>
          </div>
          <template v-else>
            <p class="lead">在哪里看到了二维码？点一下就是扫码。</p>
            <button v-for="way in state.contactWays" :key="way.configId" class="code" :data-test="'scan-' + way.state" :disabled="busy.has('scan-' + way.configId)" @click="scan(way)">
              <img :src="way.qr" alt="" />
              <span><b>{{ way.remark || way.state || '渠道码' }}</b><small>{{ way.users.map(nameOf).join('、') }}</small></span>
              <u>{{ busy.has('scan-' + way.configId) ? '添加中…' : '扫码' }}</u>
            </button>
          </template>
        </div>

        <template v-else-if="tab === 'chat'">
          <div v-if="!guide" class="screen"><div class="empty"><b>还没有添加导购</b><p>先去「扫一扫」，选一个渠道码。</p><button class="primary" @click="tab = 'scan'">去扫码</button></div></div>
          <template v-else>
            <div class="chat-head">
              <button v-for="g in guides" :key="g.userId" class="chip" :class="{ on: g.userId === guide.userId }" @click="pickedGuide = g.userId"><img :src="avatar(g.userId)" alt="" />{{ g.name }}</button>
              <button class="quiet danger" data-test="delete-guide" :disabled="guide.deleted" @click="deleteGuide">{{ guide.deleted ? '已删除' : '删除' }}</button>
            </div>
            <div ref="screen" class="screen chat" data-test="phone-chat">
              <ChatMessage v-for="m in messages" :key="m.id" :message="m" mine="customer" />
            </div>
            <form class="say" @submit.prevent="say">
              <input v-model="draft" data-test="phone-input" :disabled="guide.deleted" :placeholder="guide.deleted ? '已删除导购，重新扫码可再添加' : '说点什么'" />
              <button class="primary" data-test="phone-send" :disabled="!draft.trim() || busy.has('say')">发送</button>
            </form>
          </template>
        </template>

        <div v-else class="screen groups" data-test="phone-groups">
          <div v-if="!customer?.groups.length" class="empty"><b>还没有进群</b><p>收到群二维码后，点「扫码进群」。</p></div>
          <article v-for="g in customer?.groups ?? []" :key="g.chatId" class="group" :data-test="'group-' + g.chatId">
            <button class="group-row" @click="openGroup = openGroup === g.chatId ? '' : g.chatId">
              <span class="group-face">群</span><span><b>{{ g.name }}</b><small>{{ g.size }} / {{ g.capacity }} 人</small></span>
            </button>
            <button class="quiet danger" :data-test="'leave-group-' + g.chatId" @click="leave(g.chatId)">退群</button>
            <div v-if="openGroup === g.chatId" class="group-chat">
              <p v-if="!g.messages.length" class="notice">群里还很安静</p>
              <ChatMessage v-for="m in g.messages" :key="m.id" :message="m" mine="customer" />
            </div>
          </article>
        </div>
      </div>
    </section>`,
}
