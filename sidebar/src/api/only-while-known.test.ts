import { expect, test } from 'vitest'
import { createApi } from './api.ts'
import type { Http } from './http.ts'
import { onlyWhileKnown } from './only-while-known.ts'

/** Those that tell the server of a change about a customer, whatever it answers. */
async function changesThatLeave(isKnown: boolean): Promise<string[]> {
  const left: string[] = []
  let name = ''
  const answer = async (path: string): Promise<never> => {
    if (path.startsWith('customers/')) left.push(name)
    return undefined as never
  }
  const http: Http = { get: () => Promise.resolve(undefined as never), post: answer }
  const calls = Object.entries(onlyWhileKnown(createApi(http), () => isKnown))
  for (const [called, call] of calls) {
    name = called
    await (call as (...given: string[]) => Promise<unknown>)('wm-1', '2', '3').catch(() => undefined)
  }
  return left
}

test('while nobody knows whom the chat is with no change about a customer leaves, only that something went', async () => {
  expect(await changesThatLeave(false)).toEqual(['noteSent'])
  expect((await changesThatLeave(true)).length).toBeGreaterThan(15)
})
