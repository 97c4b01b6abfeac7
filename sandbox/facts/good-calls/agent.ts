import type { GoodCalls } from '../good-call.ts'

/** Settings and menu of our app, addresses of the platform. */
export const agentCalls: GoodCalls = async (t) => {
  const agentid = t.sandbox.credentials.agentId
  await t.get('agent/list')
  await t.post('/agent/set', { agentid, name: '活水导购', description: '导购助手' })
  const button = [
    { name: '今日', type: 'view', url: 'https://a.cn' },
    { name: '更多', sub_button: [{ name: '待办', type: 'click', key: 'tasks' }] },
  ]
  await t.post('/menu/create', { agentid, button })
  await t.post('/menu/create', { agentid, button: button.slice(0, 1) })
  await t.get('menu/get')
  await t.get('menu/delete')
  await t.get('get_api_domain_ip')
  await t.get('getcallbackip')
}
