import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { signedPost } from '../../testing/signed-post.ts'

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp()
})
afterEach(() => t.close())

const TASTE = { question: '口味', answer: '重口' }
const survey = (change: object = {}) => ({
  surveyId: '到店问卷',
  responseId: 'R1',
  customer: { externalUserId: 'wmA' },
  answeredAt: '2026-11-20T23:59:59+08:00',
  answers: [TASTE, { question: '一周几次', answer: 2 }, { question: '想说', answer: '好'.repeat(200) }],
  ...change,
})
const post = (content: object) => signedPost(t, '/api/surveys', content)
const events = () => t.eventsOf('survey.answered')
const facts = async (externalUserId: string) => {
  const paths = ['survey.answered', 'survey.answers', 'silence.days']
  const found = await t.db.tx((tx) => t.huoshui.facts.of(tx, [externalUserId], t.clock.now(), paths))
  return Object.fromEntries(found.get(externalUserId) ?? [])
}

test('a response is kept once, told once, and rules may ask for it', async () => {
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wmA' })
  await t.settle()
  expect(await post(survey())).toEqual({
    status: 200,
    json: { responseId: 'R1', result: 'stored', matched: true },
  })
  expect((await post(survey())).json).toMatchObject({ result: 'unchanged', matched: true })
  expect((await post(survey({ answers: [] }))).json).toMatchObject({ result: 'unchanged' })
  expect(await events()).toMatchObject([
    {
      externalUserId: 'wmA',
      surveyId: '到店问卷',
      responseId: 'R1',
      answers: [TASTE, { question: '一周几次', answer: '2' }, { question: '想说' }],
      atMs: Date.parse('2026-11-20T23:59:59+08:00'),
    },
  ])
  // Free text is kept, but is nothing that a rule asks for.
  expect(await facts('wmA')).toEqual({
    'survey.answered': ['到店问卷'],
    'survey.answers': ['到店问卷/一周几次/2', '到店问卷/口味/重口'],
    'silence.days': 0,
  })
  const lines = await t.rawRows<{ body: string }>(`SELECT body FROM timeline WHERE kind = 'survey.answered'`)
  expect(lines.map((line) => line.body)).toEqual([
    `填了问卷「到店问卷」（口味：重口；一周几次：2；想说：${'好'.repeat(40)}）`,
  ])
})

test('a phone in an answer is masked on the timeline and for others; the shop hears at once of whom nobody knows', async () => {
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wmA' })
  await t.settle()
  await post(survey({ answers: [{ question: '电话', answer: '打我 138-0000-1111' }] }))
  expect(await events()).toMatchObject([{ answers: [{ question: '电话', answer: '打我 138****1111' }] }])
  expect(await t.timelineOf('wmA', 'survey.answered')).toEqual(['填了问卷「到店问卷」（电话：打我 138****1111）'])
  expect((await post(survey({ responseId: 'R2', customer: { phone: '138****1111' } }))).json).toMatchObject({
    matched: false,
    nobody: '手机号被打了星号或加了密，找不到客户',
  })
})

test('a response by phone waits for the guide to note it, and nothing of it is in a log', async () => {
  const phone = '13800001111'
  expect((await post(survey({ customer: { phone } }))).json).toMatchObject({ result: 'stored', matched: false })
  expect(await events()).toEqual([])
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wmA' })
  await t.settle()
  await t.sandbox.editRemark({ userId: 'zhangsan', externalUserId: 'wmA', mobiles: [phone] })
  await t.settle()
  expect((await events()).map((event) => event.externalUserId)).toEqual(['wmA'])
  t.sandbox.redeliver()
  await t.settle()
  expect(await events()).toHaveLength(1)
  expect(t.logLines.join()).not.toMatch(/重口|13800001111/)
})

test('null is absent: no customer, no time, a question that was not answered', async () => {
  const answers = [{ question: '电话', answer: null }, TASTE]
  expect((await post(survey({ customer: null, answeredAt: null, answers }))).json).toEqual({
    responseId: 'R1',
    result: 'stored',
    matched: false,
    nobody: '没有手机号、unionId、客户ID，找不到客户',
  })
  expect(await t.rawRows('SELECT answered_at FROM survey_response')).toEqual([{ answered_at: t.clock.now() }])
  expect(await t.rawRows('SELECT question, answer FROM survey_answer')).toEqual([TASTE])
})

test('an unsigned or unreadable response is refused, naming the field and never its value', async () => {
  expect(await signedPost(t, '/api/surveys', survey(), { secret: 'another' })).toMatchObject({
    status: 401,
    json: { code: 'surveys.bad-signature' },
  })
  const refused = await post(survey({ answers: [{ question: '', answer: '重口' }] }))
  expect(refused).toMatchObject({ status: 400, json: { code: 'surveys.invalid' } })
  expect(refused.json.message).toContain('/answers/0/question')
  expect(JSON.stringify(refused.json)).not.toContain('重口')
  expect(await post(survey({ answeredAt: '2026-11-20 10:00' }))).toMatchObject({ status: 400 })
  expect((await post(survey({ answeredAt: 1_795_000_000 }))).json.message).toContain('Unix seconds')
  expect(await t.rawRows('SELECT id FROM survey_response')).toEqual([])
})
