import { expect, it } from 'vitest'
import { tryAgain } from './try-again.ts'

const fault = (errno: number): Error => Object.assign(new Error(`E${errno}`), { errno })

/** Fails with each of the errors in turn, then gives how often it was called. */
function work(errors: Error[]) {
  let calls = 0
  return async (): Promise<number> => {
    calls++
    const error = errors[calls - 1]
    if (error !== undefined) throw error
    return calls
  }
}

it.each([
  ['a conflict', [1213, 1213, 1205], 4],
  ['a server that has become a standby', [1290, 1047], 3],
  ['a lost connection', [1927], 2],
])('%s: done again', async (_what, errnos, calls) => {
  expect(await tryAgain(work(errnos.map(fault)), () => true)).toBe(calls)
})

it('what may have been done is not done again, nor what is wrong in itself', async () => {
  await expect(tryAgain(work([fault(1927)]), (kind) => kind !== 'lost')).rejects.toThrow('E1927')
  await expect(tryAgain(work([fault(1064)]), () => true)).rejects.toThrow('E1064')
})

it('ends with the last fault', async () => {
  await expect(tryAgain(work(Array(4).fill(fault(1290))), () => true)).rejects.toThrow('E1290')
  await expect(tryAgain(work(Array(3).fill(fault(1927))), () => true)).rejects.toThrow('E1927')
  await expect(tryAgain(work(Array(10).fill(fault(1213))), () => true)).rejects.toThrow('E1213')
})
