import type { Desk } from './desk.ts'
import { sendToAll } from './mass-sending.ts'
import type { MassSend, MassSendTask } from './world.ts'

/** Decides whether and when the member of a new task will confirm it of their own accord, as the mood of the day has it. */
export function drawConfirmation({ world, moods, random, clock }: Desk, send: MassSend, task: MassSendTask): void {
  if (moods.confirmShare === 0 || random.next() >= moods.confirmShare) return
  // Nobody looks at the phone at the same moment as the others.
  const atMs = clock.now() + moods.confirmAfterMs * (0.5 + random.next())
  world.confirmations.push({ send, task, atMs })
}

/** Those who confirm by themselves have done so by now. What was cancelled before, or is confirmed, or belongs to somebody
 *  who is limited, stays as it is. */
export function confirmDue(desk: Desk): void {
  const { world, clock } = desk
  if (world.confirmations.length === 0) return
  const due = world.confirmations.filter(({ atMs }) => atMs <= clock.now())
  if (due.length === 0) return
  world.confirmations = world.confirmations.filter(({ atMs }) => atMs > clock.now())
  for (const { send, task, atMs } of due.sort((a, b) => a.atMs - b.atMs)) {
    if (send.cancelled || task.status === 2 || world.staff.get(task.userId)?.state === 'limited') continue
    sendToAll(desk, send, task, atMs)
  }
  desk.changed()
}
