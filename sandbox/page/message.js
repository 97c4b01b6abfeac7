import { avatar, busy, call, customer, timeText, toast } from './desk.js'

const pictureOf = (detail) => {
  const id = detail?.media_id ?? detail?.pic_media_id
  return detail?.pic_url || detail?.picurl || (id ? `/_sandbox/media/${id}` : '')
}
const VIA = { welcome: '欢迎语', 'mass-send': '群发', sidebar: '侧边栏' }

/** One message as either side sees it. `mine`: who looks, `customer` or `guide`. */
export const ChatMessage = {
  props: { message: Object, mine: String },
  setup: (props) => ({
    avatar,
    busy,
    pictureOf,
    timeText,
    via: VIA[props.message.via],
    join: async () => {
      if (!customer.value) return
      const input = { externalUserId: customer.value.externalUserId, configId: props.message.joinConfigId }
      if (await call('join-group', input, 'join-group')) toast('已进群')
    },
    linkParts: (text) => text.split(/(https?:\/\/[^\s，。）]+)/),
  }),
  template: `
    <div v-if="message.kind === 'notice'" class="notice">{{ message.text }}</div>
    <div v-else class="message" :class="{ own: message.from === mine }">
      <img class="face" :src="avatar(message.from === 'guide' ? message.userId : message.externalUserId)" alt="" />
      <div class="content">
        <div v-if="message.kind === 'text'" class="bubble">
          <template v-for="(part, i) in linkParts(message.text)" :key="i">
            <a v-if="i % 2" :href="part" target="_blank" rel="noreferrer">{{ part }}</a><template v-else>{{ part }}</template>
          </template>
        </div>
        <div v-else-if="message.kind === 'image' && !message.joinConfigId" class="picture"><img :src="pictureOf(message.attachment.image)" alt="图片" /></div>
        <a v-else-if="message.kind === 'link'" class="card link" :href="message.attachment.link.url" target="_blank" rel="noreferrer">
          <b>{{ message.attachment.link.title }}</b>
          <span class="row"><small>{{ message.attachment.link.desc }}</small><img v-if="pictureOf(message.attachment.link)" :src="pictureOf(message.attachment.link)" alt="" /></span>
        </a>
        <div v-else-if="message.kind === 'miniprogram'" class="card mini">
          <small>小程序</small><b>{{ message.attachment.miniprogram.title }}</b>
          <img v-if="pictureOf(message.attachment.miniprogram)" :src="pictureOf(message.attachment.miniprogram)" alt="" />
          <img v-else class="cover" src="/_sandbox/dish/%E8%A5%BF%E5%86%B7" alt="" />
        </div>
        <div v-else-if="!message.joinConfigId" class="bubble">[{{ { video: '视频', file: '文件', voice: '语音' }[message.kind] ?? message.kind }}]</div>
        <div v-if="message.joinConfigId" class="card group-code">
          <b>{{ message.joinName }}</b>
          <img class="qr-big" :src="'/_sandbox/qr/' + message.joinConfigId + '.png'" alt="群二维码" />
          <button v-if="mine === 'customer'" class="primary" data-test="join-group" :data-config="message.joinConfigId" :disabled="busy.has('join-group')" @click="join">扫码进群</button>
          <small v-else>群二维码，顾客扫码即可进群</small>
        </div>
        <small class="meta">{{ timeText(message.atMs) }}<template v-if="via"> · {{ via }}</template></small>
      </div>
    </div>`,
}
