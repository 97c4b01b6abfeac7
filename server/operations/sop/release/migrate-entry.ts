import type { Tx } from '../../../core/db/tx.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import type { Reason } from '../../../core/kernel/reason.ts'
import type { Timeline } from '../../../records/timeline/timeline.ts'
import type { SopVersion } from '../../../rules/book/rule-book.ts'
import type { Release } from '../../../rules/release/release.ts'
import type { Vocabulary } from '../../../rules/vocabulary.ts'
import type { Tasks } from '../../tasks/tasks.ts'
import { type Entry, entryStore } from '../model/sop-entry.ts'
import { stepLog } from '../model/step-log.ts'
import { positionText, stepAt } from '../model/step-path.ts'
import { stepText } from '../model/step-text.ts'
import { waitDue } from '../model/wait-due.ts'
import { keyOf } from '../walk/step-result.ts'
import type { Walk } from '../walk/walk.ts'
import { notSameStep } from './same-step.ts'

export interface Mover {
  clock: Clock
  vocabulary: Vocabulary
  walk: Pick<Walk, 'end'>
  timeline: Pick<Timeline, 'note'>
  tasks: Pick<Tasks, 'close'>
}

interface Move {
  entry: Entry
  /** What they are inside; undefined when it cannot be found any more. */
  old: SopVersion | undefined
  target: SopVersion
  release: Release
}

/** Sees to one person inside another version, in the caller's transaction. */
export async function migrateEntry(tx: Tx, deps: Mover, move: Move): Promise<void> {
  const { entry, old, target, release } = move
  if (release.inside === 'leave') return leave(tx, deps, move, '换了版本，旧版本里的人退出')
  if (release.inside === 'restart') return restart(tx, deps, move)
  if (old === undefined) return
  const problem = notSameStep(old.steps, target.steps, entry.position, deps.vocabulary)
  if (problem === undefined) return keepStep(tx, deps, { ...move, old })
  await tell(tx, deps, move, `SOP「${target.title}」换了版本，仍走完原来的版本：${problem}`)
}

const reasonOf = ({ target, release }: Move): Reason => ({
  text: `SOP「${target.title}」换了版本（旧版本里的人：${release.inside}）`,
  rule: { kind: 'sop', name: target.name, version: target.version },
})

const tell = (tx: Tx, { timeline }: Mover, move: Move, text: string) =>
  timeline.note(tx, {
    key: `sop:${move.entry.id}:release:${move.release.id}`,
    externalUserId: move.entry.externalUserId,
    userId: move.entry.userId,
    kind: 'sop.moved',
    text,
    reason: reasonOf(move),
  })

function leave(tx: Tx, { walk }: Mover, { entry, old, target }: Move, why: string): Promise<void> {
  const sop = old ?? { name: target.name, version: entry.version, title: target.title }
  return walk.end(tx, sop, entry, { state: 'left', why })
}

/** A new entry, so that every step may happen once more; what the old one asked of the guide is taken back. */
async function restart(tx: Tx, deps: Mover, move: Move): Promise<void> {
  const { entry, target } = move
  await leave(tx, deps, move, '换了版本，从头走新版本')
  await entryStore.beginAll(tx, [
    {
      sop: target.name,
      version: target.version,
      externalUserId: entry.externalUserId,
      userId: entry.userId,
      key: `${target.name}:${entry.externalUserId}:${entry.id}`,
      event: entry.event,
      facts: {},
      heldOut: false,
      canary: false,
      nowMs: deps.clock.now(),
    },
  ])
  await tell(tx, deps, move, `从头走 SOP「${target.title}」的新版本`)
}

/** The same entry under the new version: what is done is done, a wait is as long as the new version says from when it
 *  began, and to-dos stay that the new version asks for in the same words. */
async function keepStep(tx: Tx, deps: Mover, move: Move & { old: SopVersion }): Promise<void> {
  const { entry, old, target } = move
  const step = stepAt(target.steps, entry.position)
  const log = await stepLog.ofEntries(tx, [entry.id])
  const moved: Entry = { ...entry, version: target.version }
  if (step !== undefined && 'wait' in step) {
    const began = log.find((one) => one.position === entry.position)?.atMs ?? deps.clock.now()
    moved.dueAtMs = waitDue(step.wait, began)
    moved.waitingEvent = typeof step.wait === 'object' && 'event' in step.wait ? step.wait.event : undefined
  }
  await entryStore.moveTo(tx, moved)
  for (const done of log) {
    const [was, is] = [stepAt(old.steps, done.position), stepAt(target.steps, done.position)]
    if (done.kind !== 'task' || JSON.stringify(was) === JSON.stringify(is)) continue
    const key = keyOf({ ...entry, position: done.position })
    await deps.tasks.close(tx, { key, outcome: 'dropped', note: '新版本里没有这件事' })
  }
  const where =
    step === undefined ? '' : `，从${positionText(entry.position)}「${stepText(step, deps.vocabulary)}」接着走`
  await tell(tx, deps, move, `SOP「${target.title}」换到新版本${where}`)
}
