import type { GoodCalls } from '../good-call.ts'

/** Customer and moment strategies, tags of the former. */
export const strategyCalls: GoodCalls = async (t) => {
  const settings = {
    strategy_name: '华东',
    admin_list: ['zhangsan'],
    range: [
      { type: 1, userid: 'zhangsan' },
      { type: 2, partyid: 1 },
    ],
  }
  const privileges = { customer: { send_customer_msg: true }, moment: { send_moment: true } }
  for (const [kind, privilege] of Object.entries(privileges)) {
    const at = `${kind}_strategy`
    const { strategy_id } = await t.post(`${at}/create`, { ...settings, privilege })
    await t.post(`${at}/list`)
    await t.post(`${at}/get`, { strategy_id })
    await t.post(`${at}/get_range`, { strategy_id })
    const change = { range_add: [{ type: 1, userid: 'lisi' }], range_del: [{ type: 2, partyid: 1 }] }
    await t.post(`${at}/edit`, { strategy_id, strategy_name: '华北', ...change })
    if (kind === 'customer') await strategyTagCalls(t, strategy_id)
    await t.post(`${at}/del`, { strategy_id })
  }
}

async function strategyTagCalls(t: Parameters<GoodCalls>[0], strategyId: unknown): Promise<void> {
  const made = await t.post('add_strategy_tag', {
    strategy_id: strategyId,
    group_name: '组',
    tag: [{ name: '甲', order: 1 }, { name: '乙' }],
  })
  const [first, second] = (made.tag_group as { tag: { id: string }[] }).tag // written by add_strategy_tag just above
  await t.post('edit_strategy_tag', { id: first?.id, name: '丙' })
  await t.post('get_strategy_tag_list', { strategy_id: strategyId })
  await t.post('del_strategy_tag', { tag_id: [second?.id] })
}
