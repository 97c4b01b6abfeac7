import { computed, createApp, onMounted, ref } from 'vue'
import { call, guide, state, toast } from './desk.js'

/** What can be wrong with the platform today; each is a rule of `/_sandbox/set-fault`. */
const FAULTS = [
  ['refused', '拒绝一切（可信 IP，60020）', { errcode: 60020 }],
  ['rights', '标签库没有权限（48002）', { path: 'externalcontact/get_corp_tag_list', errcode: 48002 }],
  ['away', '连不上（502）', { http: 502 }],
  ['welcome', '欢迎语被拒绝（40058）', { path: 'externalcontact/send_welcome_msg', errcode: 40058 }],
  ['odd', '答复里少字段、空字段', { odd: { at: 'any', is: 'null' } }],
  ['noErrcode', '答复没有错误码', { noErrcode: true }],
  ['endless', '列表翻不到最后一页', { cursor: 'turning' }],
]
/** What can be wrong with the guide's client; each is an input of `/_sandbox/set-client`. */
const CLIENTS = [
  ['slow', '客户端每个答复慢 4 秒', { answerAfterMs: 4_000 }],
  ['silent', '客户端不说聊天是和谁', { silent: ['getCurExternalContact', 'getCurExternalChat'] }],
  ['no-permission', '客户端说应用没有权限', { refuses: { agentConfig: 'fail no permission' } }],
]
const sameRule = (one, other) => JSON.stringify(one) === JSON.stringify(other)

const MoodMenu = {
  setup() {
    const active = ref([])
    const isOpen = ref(false)
    const limited = ref(new Set())
    async function look() {
      const answer = await fetch('/_sandbox/faults', { method: 'POST', body: '{}' }).catch(() => undefined)
      const rules = answer?.ok ? ((await answer.json()).result?.rules ?? []) : []
      active.value = FAULTS.flatMap(([key, , rule]) =>
        rules.some(({ left: _left, ...other }) => sameRule(other, rule)) ? [key] : [],
      )
    }
    async function strike(key, label, rule) {
      if (active.value.includes(key)) return
      if (await call('set-fault', rule)) toast(`企业微信：${label}`)
      await look()
    }
    const client = computed(() =>
      CLIENTS.flatMap(([key, , moods]) => {
        const isNow = Object.entries(moods).every(([name, is]) => sameRule(state.value?.client[name], is))
        return isNow ? [key] : []
      }),
    )
    async function changeClient(label, moods) {
      if (await call('set-client', moods)) toast(`${label}；重新打开聊天就能看到`)
    }
    async function limitGuide() {
      const { userId, name } = guide.value ?? {}
      if (!userId) return
      const isLimited = limited.value.has(userId)
      if (!(await call('set-staff-state', isLimited ? { userId } : { userId, state: 'limited' }))) return
      isLimited ? limited.value.delete(userId) : limited.value.add(userId)
      toast(isLimited ? `${name}恢复了` : `${name}被企业微信限制：加不了人，也发不了消息`)
    }
    async function mend() {
      await call('clear-faults', {})
      await call('set-client', {})
      for (const userId of limited.value) await call('set-staff-state', { userId }, `mend-${userId}`)
      limited.value = new Set()
      toast('企业微信恢复正常')
      await look()
    }
    onMounted(look)
    const isBad = computed(() => active.value.length + client.value.length + limited.value.size > 0)
    return {
      CLIENTS,
      FAULTS,
      active,
      changeClient,
      client,
      guide,
      isBad,
      isOpen,
      limited,
      limitGuide,
      look,
      mend,
      strike,
    }
  },
  template: `
    <button class="mood-open" :class="{ bad: isBad }" data-test="moods" @click="isOpen = !isOpen; look()">平台：{{ isBad ? '有故障' : '正常' }}</button>
    <ul v-if="isOpen" class="mood-list">
      <li v-for="[key, label, rule] in FAULTS" :key="key"><button :class="{ on: active.includes(key) }" :data-test="'mood-' + key" @click="strike(key, label, rule)">{{ label }}</button></li>
      <li v-for="[key, label, moods] in CLIENTS" :key="key"><button :class="{ on: client.includes(key) }" :data-test="'client-' + key" @click="changeClient(label, moods)">{{ label }}</button></li>
      <li><button :class="{ on: limited.has(guide?.userId) }" data-test="mood-limited" @click="limitGuide">{{ guide?.name ?? '导购' }}被限制</button></li>
      <li><button class="mend" data-test="mood-mend" @click="mend">全部恢复</button></li>
    </ul>`,
}

const style = document.createElement('link')
Object.assign(style, { rel: 'stylesheet', href: '/mood-menu.css' })
document.head.append(style)
const place = document.createElement('div')
place.className = 'moods'
document.body.append(place)
createApp(MoodMenu).mount(place)
