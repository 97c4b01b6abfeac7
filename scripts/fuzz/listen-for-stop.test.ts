import { EventEmitter } from 'node:events'
import { beforeEach, expect, it } from 'vitest'
import { listenForStop } from './listen-for-stop.ts'

let now: number
let ended: number[]
let heard: EventEmitter & { exit(code: number): void }
beforeEach(() => {
  now = 1_000
  ended = []
  heard = Object.assign(new EventEmitter(), { exit: (code: number) => void ended.push(code) })
})

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s asks for the end, with the report', (signal) => {
  const isStopped = listenForStop(heard, () => now)
  expect(isStopped()).toBe(false)
  heard.emit(signal)
  expect([isStopped(), ended]).toEqual([true, []])
})

it('one press is heard twice, by the terminal and by npm; the next one ends it at once', () => {
  const isStopped = listenForStop(heard, () => now)
  heard.emit('SIGINT')
  now += 1_000
  heard.emit('SIGINT')
  expect([isStopped(), ended]).toEqual([true, []])
  now += 1
  heard.emit('SIGINT')
  expect(ended).toEqual([130])
})
