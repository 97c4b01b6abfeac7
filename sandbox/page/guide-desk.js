import { computed, nextTick, onMounted, onUnmounted, ref, watch } from 'vue'
import { answerBridge, showOtherChat } from './bridge.js'
import { CustomerMenu } from './customer-menu.js'
import {
  app,
  avatar,
  busy,
  call,
  chat,
  chooseGuide,
  chosen,
  group,
  guide,
  isUnread,
  state,
  timeText,
  toast,
} from './desk.js'
import { ChatMessage } from './message.js'

/** The guide's WeCom: chats, tasks of the corp, and the real sidebar beside them. */
export const GuideDesk = {
  components: { ChatMessage, CustomerMenu },
  setup() {
    const frame = ref(null)
    const screen = ref(null)
    const draft = ref('')
    const panel = ref('')
    const frameUrl = computed(() => `${state.value.appUrl}/sidebar/?guide=${encodeURIComponent(chosen.guide)}`)
    const say = async () => {
      const said = { userId: chosen.guide, message: draft.value }
      const isOut = group.value
        ? await call('guide-says-in-group', { ...said, chatId: chosen.chat }, 'guide-says')
        : await call('guide-says', { ...said, externalUserId: chosen.chat })
      if (isOut) draft.value = ''
    }
    const confirm = async (send) => {
      const counts = await call('confirm-mass-send', { msgid: send.msgid, userId: chosen.guide }, send.msgid)
      if (!counts) return
      const missed =
        (counts[2] ? `，${counts[2]} 人已不是好友` : '') + (counts[3] ? `，${counts[3]} 人本月接收已达上限` : '')
      toast(`已发送 ${counts[1]} ${send.chatType === 'group' ? '个群' : '位顾客'}${missed}`)
      if (!guide.value.pending.length) panel.value = ''
    }
    const appText = (m) =>
      m.body.content ?? m.body.title ?? m.body.main_title?.title ?? m.body.articles?.[0]?.title ?? m.msgtype
    let stop
    onMounted(() => {
      stop = answerBridge(() => frame.value)
    })
    onUnmounted(() => stop?.())
    // The chat that is asked for may be known a moment later than it was chosen: the page is shown again then.
    watch(
      () => [chosen.chat, chat.value?.externalUserId, group.value?.chatId].join(' '),
      () => showOtherChat(() => frame.value),
    )
    watch(
      () => (group.value ?? guide.value)?.messages.at(-1)?.id,
      async () => {
        await nextTick()
        screen.value?.scrollTo({ top: screen.value.scrollHeight })
      },
    )
    return {
      app,
      avatar,
      busy,
      chat,
      chooseGuide,
      chosen,
      group,
      guide,
      isUnread,
      state,
      timeText,
      frame,
      screen,
      draft,
      panel,
      frameUrl,
      say,
      confirm,
      appText,
    }
  },
  template: `
    <section class="column guide">
      <header class="column-head">
        <h2>导购</h2><span class="hint">企业微信</span>
        <div class="people">
          <button v-for="p in state.staff" :key="p.userId" class="chip" :class="{ on: p.userId === chosen.guide }" :data-test="'guide-' + p.userId" :title="p.position" @click="chooseGuide(p.userId)">
            <img :src="avatar(p.userId)" alt="" />{{ p.name }}<em v-if="p.pending">{{ p.pending }}</em>
          </button>
        </div>
        <button class="quiet" :class="{ on: panel === 'mass', alert: guide.pending.length }" data-test="mass-send-tray" @click="panel = panel === 'mass' ? '' : 'mass'">群发待确认<em v-if="guide.pending.length">{{ guide.pending.length }}</em></button>
        <button class="quiet" :class="{ on: panel === 'app' }" data-test="app-messages-tray" @click="panel = panel === 'app' ? '' : 'app'">应用消息<em v-if="guide.appMessages.length" class="grey">{{ guide.appMessages.length }}</em></button>
      </header>

      <div v-if="panel" class="tray" data-test="tray">
        <template v-if="panel === 'mass'">
          <p v-if="!guide.pending.length" class="notice">没有等待确认的群发</p>
          <article v-for="s in guide.pending" :key="s.msgid">
            <div><b>企业通知 · 群发给 {{ s.targets }} {{ s.chatType === 'group' ? '个群' : '位顾客' }}</b><p>{{ s.text }}<span v-for="(a, i) in s.attachments" :key="i" class="tag">{{ { image: '图片', link: '链接', miniprogram: '小程序', video: '视频', file: '文件' }[a.msgtype] }}</span></p><small>{{ timeText(s.createdAtMs) }} 由公司创建，由你点击后才会发出</small></div>
            <button class="primary" data-test="mass-send-confirm" :data-msgid="s.msgid" :disabled="busy.has(s.msgid)" @click="confirm(s)">{{ busy.has(s.msgid) ? '发送中…' : '确认发送' }}</button>
          </article>
        </template>
        <template v-else>
          <p v-if="!guide.appMessages.length" class="notice">还没有收到应用消息</p>
          <article v-for="m in guide.appMessages" :key="m.msgid" data-test="app-message"><div><b>活水</b><p>{{ appText(m) }}</p><p v-if="m.body.description" class="dim">{{ m.body.description }}</p><small>{{ timeText(m.atMs) }}</small></div></article>
        </template>
      </div>

      <div class="wecom">
        <aside class="chats" data-test="guide-chats">
          <p v-if="!guide.chats.length" class="notice">还没有顾客</p>
          <button v-for="c in guide.chats" :key="c.externalUserId" :class="{ on: c.externalUserId === chosen.chat }" :data-test="'chat-' + c.externalUserId" :title="c.name" @click="chooseGuide(chosen.guide, c.externalUserId)">
            <span class="face-box"><img class="face-img" :src="avatar(c.externalUserId)" alt="" /><i v-if="isUnread(c)" class="unread" data-test="unread"></i></span>
            <span class="who"><b>{{ c.remark || c.name }}</b><small>{{ c.lastText || '新的顾客' }}</small></span>
          </button>
          <button v-for="g in guide.groups" :key="g.chatId" :class="{ on: g.chatId === chosen.chat }" :data-test="'guide-group-' + g.chatId" :title="g.name" @click="chooseGuide(chosen.guide, g.chatId)">
            <span class="face-box"><span class="group-face">群</span></span>
            <span class="who"><b>{{ g.name || '未命名的群' }}</b><small>{{ g.size }} 人</small></span>
          </button>
        </aside>
        <div class="talk">
          <template v-if="group">
            <header class="talk-head"><b>{{ group.name || '未命名的群' }}</b><small>{{ group.size }} / {{ group.capacity }} 人</small></header>
            <div ref="screen" class="screen chat" data-test="guide-chat"><p v-if="!group.messages.length" class="notice">群里还很安静</p><ChatMessage v-for="m in group.messages" :key="m.id" :message="m" mine="guide" /></div>
            <form class="say" @submit.prevent="say"><input v-model="draft" data-test="guide-input" placeholder="在群里说" /><button class="primary blue" data-test="guide-send" :disabled="!draft.trim() || busy.has('guide-says')">发送</button></form>
          </template>
          <div v-else-if="!chat" class="empty"><b>选一位顾客开始聊天</b><p>左边是这位导购的顾客，刚扫码的排在最前面。</p></div>
          <template v-else>
            <header class="talk-head"><b>{{ chat.remark || chat.name }}</b><span class="wechat">@微信</span><small v-if="chat.deletedByCustomer" class="gone">已被对方删除</small><CustomerMenu :key="chat.externalUserId" /></header>
            <div class="labels" v-if="chat.tags.length"><span v-for="t in chat.tags" :key="t" class="tag">{{ t }}</span></div>
            <div ref="screen" class="screen chat" data-test="guide-chat"><ChatMessage v-for="m in guide.messages" :key="m.id" :message="m" mine="guide" /></div>
            <form class="say" @submit.prevent="say"><input v-model="draft" data-test="guide-input" placeholder="回复顾客" /><button class="primary blue" data-test="guide-send" :disabled="!draft.trim() || busy.has('guide-says')">发送</button></form>
          </template>
        </div>
        <div class="sidebar">
          <iframe v-if="app.reachable" :key="chosen.guide" ref="frame" :src="frameUrl" data-test="sidebar-frame" title="活水侧边栏"></iframe>
          <div v-else class="empty" data-test="app-unreachable">
            <b>{{ app.reachable === undefined ? '正在连接 Huoshui…' : '还没连上 Huoshui' }}</b>
            <p v-if="app.reachable === false">侧边栏来自 <code>{{ state.appUrl ?? '（未配置）' }}</code>。请在另一个终端运行 <code>npm run server</code>，或直接用 <code>./scripts/start</code>。连上后这里会自动出现。</p>
          </div>
        </div>
      </div>
    </section>`,
}
