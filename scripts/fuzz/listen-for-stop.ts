import type { EventEmitter } from 'node:events'

/** Whoever presses Ctrl-C once is heard twice, by the terminal and by npm: only what comes later means «at once». */
const SAME_PRESS_MS = 1_000

/** Has somebody asked for the end? Asked again, later, the process ends with 130. */
export function listenForStop(
  heard: Pick<EventEmitter, 'on'> & { exit(code: number): void } = process,
  now: () => number = Date.now,
): () => boolean {
  let askedAt: number | undefined
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    heard.on(signal, () => {
      if (askedAt !== undefined && now() - askedAt > SAME_PRESS_MS) heard.exit(130)
      askedAt ??= now()
    })
  }
  return () => askedAt !== undefined
}
