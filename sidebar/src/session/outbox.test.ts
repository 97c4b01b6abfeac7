import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from '../api/api-error.ts'
import { createOutbox, type OutboxOptions } from './outbox.ts'

const away = () => new ApiError(0, 'network', '连不上服务器，请检查网络后重试')
const TAGS = { kind: 'tags' as const, body: { add: ['口味/嫩'], remove: [] } }
const NOTE = { kind: 'note' as const, body: { text: '下周来试吃', isPinned: false } }
const REMARK = { kind: 'remark' as const, body: { remark: '孙姐', saw: [''] } }

beforeEach(() => {
  vi.useFakeTimers()
  localStorage.clear()
})
afterEach(() => vi.useRealTimers())

function open(owner = 'linxia') {
  const ok = () => vi.fn(async () => ({ ok: true as const }))
  const api = {
    changeTags: vi.fn<OutboxOptions['api']['changeTags']>(ok()),
    changeRemark: vi.fn<OutboxOptions['api']['changeRemark']>(ok()),
    changeBirthday: vi.fn<OutboxOptions['api']['changeBirthday']>(ok()),
    changeFields: vi.fn<OutboxOptions['api']['changeFields']>(ok()),
    finishTask: vi.fn<OutboxOptions['api']['finishTask']>(ok()),
    putOffTask: vi.fn<OutboxOptions['api']['putOffTask']>(ok()),
    refuseTask: vi.fn<OutboxOptions['api']['refuseTask']>(ok()),
    handOnTask: vi.fn<OutboxOptions['api']['handOnTask']>(ok()),
    writeNote: vi.fn<OutboxOptions['api']['writeNote']>(ok()),
    pinNote: vi.fn<OutboxOptions['api']['pinNote']>(ok()),
    removeNote: vi.fn<OutboxOptions['api']['removeNote']>(ok()),
    setReminder: vi.fn<OutboxOptions['api']['setReminder']>(ok()),
  }
  const toast = vi.fn<(text: string) => void>()
  const onSettled = vi.fn()
  const outbox = createOutbox({ api, owner, storage: localStorage, toast, onSettled })
  return { api, toast, onSettled, outbox }
}

test('what the network keeps back is sent once, in order, under the same key, when it is back', async () => {
  const { api, outbox, toast } = open()
  api.changeTags.mockRejectedValueOnce(away())
  expect(await outbox.submit('wm-a', '孙瑶', TAGS)).toBe('queued')
  // Of the same customer: behind the other.
  api.changeTags.mockRejectedValueOnce(away())
  expect(await outbox.submit('wm-a', '孙瑶', REMARK)).toBe('queued')
  await vi.advanceTimersByTimeAsync(0)
  expect(api.changeRemark).not.toHaveBeenCalled()
  await outbox.flush()
  expect(api.changeTags).toHaveBeenCalledTimes(3)
  const keys = api.changeTags.mock.calls.map(([, body]) => body.key)
  expect(new Set(keys).size).toBe(1)
  expect(api.changeRemark).toHaveBeenCalledTimes(1)
  expect(outbox.waiting.value).toEqual([])
  await outbox.flush()
  expect(api.changeRemark).toHaveBeenCalledTimes(1)
  expect(toast).toHaveBeenCalledWith('2 处改动已保存')
})

test('it outlives the window, and is not sent in another member’s name', async () => {
  const first = open()
  first.api.changeRemark.mockRejectedValue(away())
  await first.outbox.submit('wm-a', '孙瑶', REMARK)
  first.outbox.stop()
  const other = open('chenhao')
  await other.outbox.flush()
  expect(other.api.changeRemark).not.toHaveBeenCalled()
  const second = open()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(second.api.changeRemark).toHaveBeenCalledTimes(1)
  expect(localStorage.getItem('huoshui:outbox:linxia')).toBeNull()
})

test('a conflict is told with the name and the thing, and what came after is sent all the same', async () => {
  const { api, outbox, toast, onSettled } = open()
  api.changeRemark.mockRejectedValueOnce(away())
  await outbox.submit('wm-a', '孙瑶', REMARK)
  api.changeTags.mockRejectedValueOnce(away())
  await outbox.submit('wm-b', '安安', TAGS)
  api.writeNote.mockRejectedValueOnce(away())
  await outbox.submit('wm-c', '小满', NOTE)
  api.changeRemark.mockRejectedValue(new ApiError(409, 'sidebar.overtaken', '备注刚刚被别处改成了「老客」'))
  await outbox.flush()
  // A line of its own for what arrived would take its place before anybody could read it.
  expect(toast).toHaveBeenLastCalledWith('孙瑶的备注没有保存：备注刚刚被别处改成了「老客」（另有 2 处已保存）')
  expect(api.writeNote).toHaveBeenCalledTimes(2)
  expect(api.changeTags).toHaveBeenCalledTimes(2)
  expect(onSettled).toHaveBeenCalledTimes(3)
  expect(outbox.waiting.value).toEqual([])
})

test.each([
  [503, 'server'],
  [401, 'sidebar.login-needed'],
])('a server that answers %i later keeps it waiting', async (status, code) => {
  const { api, outbox } = open()
  api.changeTags.mockRejectedValueOnce(away()).mockRejectedValueOnce(new ApiError(status, code, '稍后'))
  await outbox.submit('wm-a', '孙瑶', TAGS)
  await outbox.flush()
  expect(outbox.waiting.value).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(outbox.waiting.value).toEqual([])
})

test('what the server refuses at once is refused at once', async () => {
  const { api, outbox } = open()
  api.changeTags.mockRejectedValue(new ApiError(400, 'sidebar.unknown-tag', '没有这个标签'))
  await expect(outbox.submit('wm-a', '孙瑶', TAGS)).rejects.toThrow('没有这个标签')
  expect(outbox.waiting.value).toEqual([])
})

test('what is changed again while the first is being sent goes behind it; of another kind or customer it does not wait', async () => {
  const { api, outbox } = open()
  const answers: (() => void)[] = []
  api.changeTags.mockImplementation(() => new Promise((resolve) => answers.push(() => resolve({ ok: true }))))
  const first = outbox.submit('wm-a', '孙瑶', TAGS)
  const back = outbox.submit('wm-a', '孙瑶', { kind: 'tags', body: { add: [], remove: ['口味/嫩'] } })
  void outbox.submit('wm-b', '安安', TAGS)
  await outbox.submit('wm-a', '孙瑶', NOTE)
  expect(api.changeTags.mock.calls.map(([id, { add }]) => [id, add])).toEqual([
    ['wm-a', ['口味/嫩']],
    ['wm-b', ['口味/嫩']],
  ])
  for (const answer of answers.splice(0)) answer()
  await first
  await vi.advanceTimersByTimeAsync(0)
  expect(api.changeTags.mock.calls.at(-1)).toMatchObject(['wm-a', { add: [], remove: ['口味/嫩'] }])
  for (const answer of answers.splice(0)) answer()
  expect(await back).toBe('sent')
})

test.each([
  ['is refused', new ApiError(400, 'sidebar.unknown-tag', '没有这个标签'), 'sent'],
  ['does not get through', away(), 'queued'],
] as const)('what goes behind one that %s goes all the same, in its order', async (_what, error, outcome) => {
  const { api, outbox } = open()
  api.changeTags.mockRejectedValueOnce(error)
  const first = outbox.submit('wm-a', '孙瑶', TAGS).catch(() => undefined)
  const second = outbox.submit('wm-a', '孙瑶', { kind: 'tags', body: { add: [], remove: ['口味/嫩'] } })
  await first
  expect(await second).toBe(outcome)
  await vi.advanceTimersByTimeAsync(0)
  const sent = api.changeTags.mock.calls.map(([, { add, remove }]) => [add.length, remove.length])
  expect(sent).toEqual(
    outcome === 'sent'
      ? [
          [1, 0],
          [0, 1],
        ]
      : [
          [1, 0],
          [1, 0],
          [0, 1],
        ],
  )
  expect(outbox.waiting.value).toEqual([])
})

test('what is changed while the rest leaves goes with it, not seconds later', async () => {
  const { api, outbox } = open()
  api.changeTags.mockRejectedValueOnce(away())
  await outbox.submit('wm-a', '孙瑶', TAGS)
  let answer = (): void => undefined
  api.changeTags.mockImplementationOnce(
    () =>
      new Promise((resolve) => {
        answer = () => resolve({ ok: true })
      }),
  )
  const flushed = outbox.flush()
  await outbox.submit('wm-a', '孙瑶', REMARK)
  answer()
  await flushed
  expect(api.changeRemark).toHaveBeenCalledTimes(1)
})
