import type { Db } from '../../core/db/db.ts'
import { type RecordedWindow, recordedEvents } from '../../upkeep/rehearsal/recorded-events.ts'
import type { Screen } from '../frame/command.ts'
import { createProgressLine } from '../progress-line.ts'

/** What is read sooner needs no progress. */
const QUIET_MS = 2_000

/** What came in within a window, while the screen shows how far the reading is: of millions it takes a while. */
export async function readPast(
  db: Pick<Db, 'view'>,
  screen: Screen,
  window: Omit<RecordedWindow, 'told'>,
): ReturnType<typeof recordedEvents> {
  const progress = createProgressLine({ screen, total: 1 })
  const begun = performance.now()
  const told = (share: number): void => {
    if (performance.now() - begun >= QUIET_MS) progress.show(share, '读过去的事件')
  }
  try {
    return await db.view((view) => recordedEvents(view, { ...window, told }))
  } finally {
    progress.clear()
  }
}
