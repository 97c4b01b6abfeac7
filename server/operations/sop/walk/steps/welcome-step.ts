import type { Welcome } from '../../../welcome/welcome.ts'
import type { WelcomeWanted } from '../../../welcome/welcome-wanted.ts'
import { done, type PerformStep } from '../step-result.ts'

export interface WelcomeStepDeps {
  welcome: Pick<Welcome, 'send'>
}

export function createWelcomeStep({ welcome }: WelcomeStepDeps): PerformStep<string> {
  return async (tx, name, { entry }) => {
    const { event } = entry
    if (event?.kind !== 'customer.added' && event?.kind !== 'customer.readded')
      return done(`没有发欢迎语「${name}」：只在刚添加好友时可发`, false)
    // The engine stores this event as it was told, so its payload has the shape of `customer.added`.
    const added = event.payload as Pick<WelcomeWanted, 'channel' | 'welcomeCode' | 'addedAtMs'> & { found?: boolean }
    const begun = await welcome.send(tx, {
      externalUserId: entry.externalUserId,
      userId: entry.userId,
      channel: added.channel,
      welcomeCode: added.welcomeCode,
      isFound: added.found === true,
      addedAtMs: added.addedAtMs,
      codeAtMs: added.addedAtMs,
      receivedAtMs: event.receivedAtMs,
      eventId: event.id,
      welcome: name,
    })
    if (begun === 'queued') return done(`发欢迎语「${name}」`, true)
    return done(`没有发欢迎语「${name}」${begun === 'already' ? '：已有一条' : ''}`, true)
  }
}
