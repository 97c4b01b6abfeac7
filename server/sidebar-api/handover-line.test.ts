import { expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../core/kernel/shanghai.ts'
import { openHandoverScene } from '../operations/handover/testing/handover-scene.ts'
import type { Profile } from './contract.ts'
import { openBrowser } from './testing/sidebar-browser.ts'

test('while a customer is being handed over, the card says from whom to whom and until when; then the new guide has it', async () => {
  const scene = await openHandoverScene()
  try {
    await scene.befriend('zhangsan', 'wmA')
    const zhangsan = openBrowser(scene.url)
    await zhangsan.login('zhangsan')
    const before = await zhangsan.get<Profile>('customers/wmA')
    expect(before.body).toMatchObject({ handover: null })
    await scene.start()
    const line = '正在从张三转给李四，等待客户确认，最迟 11月23日 10:01 自动完成'
    expect((await zhangsan.get('customers/wmA')).body).toMatchObject({ handover: line })
    // An open sidebar notices by itself.
    expect((await zhangsan.get('customers/wmA/version')).body).not.toEqual({ version: before.body.version })
    await scene.advance(DAY_MS)
    await scene.advance(MINUTE_MS)
    const lisi = openBrowser(scene.url)
    await lisi.login('lisi')
    expect((await lisi.get('customers/wmA')).body).toMatchObject({
      handover: null,
      source: { channel: null, addWay: '管理员分配', first: { channel: '包裹卡', guide: '张三' } },
      tags: [{ name: '来源/包裹卡' }],
      otherGuides: [],
    })
    expect((await lisi.get('customers/wmA/tasks')).body).toMatchObject({ tasks: [{ title: '打个招呼' }] })
  } finally {
    await scene.close()
  }
})
