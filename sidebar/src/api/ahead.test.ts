import { expect, test, vi } from 'vitest'
import { createAhead } from './ahead.ts'

function open() {
  let nowMs = 0
  const tasks = vi.fn(async (id: string) => `tasks of ${id}`)
  const ahead = createAhead({ tasks }, () => nowMs)
  return { tasks, ahead, wait: (ms: number) => (nowMs += ms) }
}

test('who asks first gets the answer that was begun, who asks again a new one', async () => {
  const { tasks, ahead } = open()
  ahead.ask('a')
  expect(await ahead.api.tasks('a')).toBe('tasks of a')
  expect(tasks).toHaveBeenCalledTimes(1)
  await ahead.api.tasks('a')
  expect(tasks).toHaveBeenCalledTimes(2)
})

test.each([
  ['about somebody else', (it: ReturnType<typeof open>) => it.ahead.ask('b')],
  ['ten seconds old', (it: ReturnType<typeof open>) => it.wait(10_000)],
  ['forgotten', (it: ReturnType<typeof open>) => it.ahead.forget()],
])('an answer that is %s is asked for anew', async (_what, happens) => {
  const it = open()
  it.ahead.ask('a')
  happens(it)
  const before = it.tasks.mock.calls.length
  expect(await it.ahead.api.tasks('a')).toBe('tasks of a')
  expect(it.tasks).toHaveBeenCalledTimes(before + 1)
})

test('a question that fails is told to whoever takes it', async () => {
  const ahead = createAhead({ tasks: (_id: string) => Promise.reject(new Error('no network')) })
  ahead.ask('a')
  await expect(ahead.api.tasks('a')).rejects.toThrow('no network')
})
