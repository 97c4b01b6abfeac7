import { expect, test, vi } from 'vitest'
import { fakeChat } from '../testing/open-sidebar.ts'
import { askedAhead } from './asked-ahead.ts'
import { ChatError } from './chat-client.ts'

const watched = (chat = fakeChat('wm-a')) => ({ ...chat, context: vi.fn(chat.context) })

test('who asks first gets the answer that was asked for before; who asks later asks anew', async () => {
  const chat = watched()
  const ahead = askedAhead(chat)
  chat.changeSilently({ kind: 'customer', externalUserId: 'wm-b' })
  expect(await ahead.context()).toMatchObject({ externalUserId: 'wm-a' })
  expect(chat.context).toHaveBeenCalledTimes(1)
  expect(await ahead.context()).toMatchObject({ externalUserId: 'wm-b' })
})

test('a chat that has become another one meanwhile is asked about anew', async () => {
  const chat = watched()
  const ahead = askedAhead(chat)
  await chat.switchTo('wm-b')
  expect(await ahead.context()).toMatchObject({ externalUserId: 'wm-b' })
})

test('what failed is asked for anew, but who has waited long enough is told', async () => {
  const chat = watched()
  expect(await askedAhead(chat, Promise.reject(new ChatError('refused'))).context()).toMatchObject({
    externalUserId: 'wm-a',
  })
  await expect(askedAhead(chat, Promise.reject(new ChatError('timeout'))).context()).rejects.toMatchObject({
    code: 'timeout',
  })
})
