import type { GoodCalls } from '../good-call.ts'
import { picture } from '../good-call.ts'

/** Group welcomes, products, sensitive words. */
export const libraryCalls: GoodCalls = async (t) => {
  const link = { title: '群规', url: 'https://example.com' }
  const welcome = { text: { content: '欢迎 %NICKNAME%' }, link }
  const { template_id } = await t.post('group_welcome_template/add', { ...welcome, notify: 0 })
  await t.post('group_welcome_template/get', { template_id })
  await t.post('group_welcome_template/edit', { template_id, ...welcome })
  await t.post('group_welcome_template/del', { template_id })

  const { media_id } = await t.upload('media/upload_attachment', { media_type: 'image', attachment_type: '2' }, picture)
  const attachments = [{ type: 'image', image: { media_id } }]
  const product = { description: '澳洲牛排', price: 19_900, product_sn: 'NP01', attachments }
  const { product_id } = await t.post('add_product_album', product)
  await t.post('get_product_album', { product_id })
  await t.post('get_product_album_list')
  await t.post('update_product_album', { product_id, ...product })
  await t.post('delete_product_album', { product_id })

  const range = { user_list: ['zhangsan'], department_list: [1] }
  const { rule_id } = await t.post('add_intercept_rule', {
    rule_name: '私下收款',
    word_list: ['转账'],
    semantics_list: [3],
    intercept_type: 1,
    applicable_range: range,
  })
  await t.get('externalcontact/get_intercept_rule_list')
  await t.post('get_intercept_rule', { rule_id })
  await t.post('update_intercept_rule', {
    rule_id,
    word_list: ['转账', '加微信'],
    remove_applicable_range: { department_list: [1] },
  })
  await t.post('del_intercept_rule', { rule_id })
}
