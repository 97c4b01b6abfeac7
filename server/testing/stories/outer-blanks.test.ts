import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSidebarScene, type SidebarScene } from '../../sidebar-api/testing/sidebar-scene.ts'
import { signedPost } from '../signed-post.ts'

// One of our databases takes blanks at the end of a text for nothing, the other does not: what differs by them alone must be the
// same, or refused, on both.
let scene: SidebarScene
beforeEach(async () => {
  scene = await openSidebarScene()
})
afterEach(() => scene.close())

const count = async (table: string): Promise<number> =>
  Number((await scene.rawRows<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`))[0]?.n)

describe('ids with blanks around them', () => {
  it('open no customer in the sidebar, whatever is asked', async () => {
    const guide = await scene.as('zhangsan')
    const { externalUserId: id } = scene
    for (const rest of ['', '/version', '/journeys', '/proposals', '/tasks', '/orders', '/timeline']) {
      expect([rest, (await guide.get(`customers/${id}${rest}`)).status]).toEqual([rest, 200])
      for (const odd of [`${id}%20`, `%20${id}`, `${id}%09`, `${id}%0A`, `${id}%C2%A0`, `${id}%00`, id.toUpperCase()]) {
        expect([rest, odd, (await guide.get(`customers/${odd}${rest}`)).status]).toEqual([
          rest,
          odd,
          expect.toSatisfy((status: number) => status === 403 || status === 400),
        ])
      }
    }
    expect((await guide.post(`customers/${id}%20/remark`, { remark: '改' })).status).toBeGreaterThanOrEqual(400)
  })

  it('make no second order and no second answer, and lose none', async () => {
    const order = {
      status: 'paid',
      customer: { phone: '13800001111' },
      totalFen: 100,
      paidAt: '2026-11-20T09:00:00+08:00',
    }
    const orders = (orderId: string, source: string) => signedPost(scene, '/api/orders', { ...order, orderId, source })
    const stored = await count('shop_order')
    expect((await orders('X', '店')).json).toMatchObject({ result: 'stored', orderId: 'X' })
    for (const [orderId, source] of [
      ['X ', '店'],
      [' X', '店'],
      ['X', '店 '],
      ['X\u00a0', '店'],
    ] as const) {
      expect((await orders(orderId, source)).json).toMatchObject({ result: 'unchanged', orderId: 'X' })
    }
    expect(await count('shop_order')).toBe(stored + 1)

    const survey = { customer: { phone: '13800001111' }, answers: [{ question: '几口人', answer: 3 }] }
    const answer = (surveyId: string, responseId: string) =>
      signedPost(scene, '/api/surveys', { ...survey, surveyId, responseId })
    expect((await answer('家庭', 'R')).json).toMatchObject({ result: 'stored' })
    for (const responseId of ['R ', ' R', 'R\t']) {
      expect((await answer('家庭', responseId)).json).toMatchObject({ result: 'unchanged' })
    }
    expect(await count('survey_response')).toBe(1)
  })

  it('are refused where nothing is left without the blanks', async () => {
    const answers = [{ question: '几口人', answer: 3 }]
    for (const ids of [
      { surveyId: ' ', responseId: 'R' },
      { surveyId: '家庭', responseId: ' \t' },
    ]) {
      const { status, json } = await signedPost(scene, '/api/surveys', { ...ids, customer: {}, answers })
      expect([status, json.code]).toEqual([400, 'surveys.invalid'])
    }
    expect(await count('survey_response')).toBe(0)
  })
})

it.each(['abc', 'Infinity', 'NaN', '1e3', '-1', ' 1', '1.5', '0x10', ''])(
  'a task «%s» is no number: refused before any statement',
  async (taskId) => {
    const guide = await scene.as('zhangsan')
    const sent = await guide.post(`customers/${scene.externalUserId}/sent`, { key: 'abcdefgh', taskId })
    const done = await guide.post(`customers/${scene.externalUserId}/tasks/${encodeURIComponent(taskId)}/done`, {})
    expect(sent.status).toBe(400)
    expect([400, 404]).toContain(done.status)
    expect(scene.logLines.filter((line) => line.includes('request failed'))).toEqual([])
  },
)
