import type { GoodCalls } from '../good-call.ts'

/** Messages of the app to members, and cards they answer. */
export const messageCalls: GoodCalls = async (t) => {
  const agentid = t.sandbox.credentials.agentId
  const send = { touser: 'lisi', agentid, msgtype: 'template_card' }
  const vote = {
    card_type: 'vote_interaction',
    task_id: 'vote-1',
    main_title: { title: '哪天到店' },
    checkbox: { question_key: 'day', option_list: [{ id: '1', text: '周六', is_checked: true }] },
    submit_button: { text: '提交', key: 'submit' },
  }
  const { response_code } = await t.post('/message/send', { ...send, template_card: vote })
  await t.post('/message/update_template_card', { agentid, response_code, userids: ['lisi'], template_card: vote })
  const text = { touser: 'lisi', agentid, msgtype: 'text', text: { content: '你好' } }
  const { msgid } = await t.post('/message/send', { ...text, enable_duplicate_check: 1 })
  await t.post('/message/recall', { msgid })
  await t.post('/message/get_statistics', { time_type: 0 })
}
