import { nextTick, onMounted, onUnmounted, ref } from 'vue'
import { busy, call, chat, chosen, toast } from './desk.js'

/** 「客户资料」of WeCom's chat: what a guide changes there, past Huoshui. */
export const CustomerMenu = {
  setup() {
    const box = ref(null)
    const field = ref(null)
    const open = ref(false)
    const isSure = ref(false)
    const remark = ref('')
    const pair = () => ({ userId: chosen.guide, externalUserId: chosen.chat })
    const close = () => {
      open.value = false
    }
    const toggle = async () => {
      open.value = !open.value
      isSure.value = false
      remark.value = chat.value?.remark ?? ''
      await nextTick()
      field.value?.focus()
    }
    const save = async () => {
      if (await call('edit-remark', { ...pair(), remark: remark.value.trim() })) {
        toast('已在企业微信里改了备注')
        close()
      }
    }
    /** The second tap deletes. */
    const remove = async () => {
      if (!isSure.value) {
        isSure.value = true
        return
      }
      if (await call('delete-customer', pair())) {
        chosen.chat = ''
        toast('已删除顾客')
      }
    }
    const onPointer = (event) => {
      if (!box.value?.contains(event.target)) close()
    }
    const onKey = (event) => {
      if (event.key === 'Escape') close()
    }
    onMounted(() => {
      document.addEventListener('pointerdown', onPointer)
      document.addEventListener('keydown', onKey)
    })
    onUnmounted(() => {
      document.removeEventListener('pointerdown', onPointer)
      document.removeEventListener('keydown', onKey)
    })
    return { box, busy, field, isSure, open, remark, remove, save, toggle }
  },
  template: `
    <div ref="box" class="customer-menu">
      <button class="dots" data-test="customer-menu" title="客户资料" aria-label="客户资料" :aria-expanded="open" @click="toggle">⋯</button>
      <div v-if="open" class="menu" data-test="customer-menu-panel">
        <b>客户资料</b>
        <form @submit.prevent="save">
          <input ref="field" v-model="remark" data-test="customer-remark" maxlength="20" aria-label="备注" placeholder="备注，最多 20 个字" />
          <button class="primary blue" data-test="customer-remark-save" :disabled="busy.has('edit-remark')">保存</button>
        </form>
        <button class="quiet danger" data-test="delete-customer" :disabled="busy.has('delete-customer')" @click="remove">{{ isSure ? '再点一次，删除顾客' : '删除顾客' }}</button>
        <small>这是在企业微信里改，活水由回调得知</small>
      </div>
    </div>`,
}
