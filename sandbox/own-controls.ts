import type { Callbacks, Delivery } from './callbacks.ts'
import { type ClientMoods, goodClient } from './client-moods.ts'
import { confirmDue } from './confirmations.ts'
import type { DeliveryMode } from './delivery-fate.ts'
import type { Desk } from './desk.ts'
import type { FaultRule } from './fault-rule.ts'
import { type FaultSchedule, ROUGH_CALLBACKS } from './fault-schedule.ts'
import type { Gateway } from './gateway.ts'
import { checkJssdk, type JssdkClaim } from './jssdk-check.ts'
import type { Limits } from './limits.ts'
import type { Moods } from './moods.ts'
import type { MovableClock } from './movable-clock.ts'
import { publishDue } from './publish-moment.ts'
import type { ShopDoubles } from './shops/shops.ts'
import type { Tokens } from './tokens.ts'
import { finishTransfers } from './transfers.ts'

export type OwnControls = ReturnType<typeof createOwnControls>

/** The sandbox's own switches, next to what people do: what goes wrong, how slowly, and what time it is. */
export function createOwnControls(options: {
  desk: Desk
  clock: MovableClock
  callbacks: Callbacks
  gateway: Gateway
  limits: Limits
  shops: Pick<ShopDoubles, 'settle'>
  tokens: Pick<Tokens, 'give'>
}) {
  const { desk, clock, callbacks, gateway, limits, shops, tokens } = options
  const settle = async (): Promise<void> => {
    finishTransfers(desk)
    confirmDue(desk)
    publishDue(desk)
    await desk.background.idle()
    await callbacks.settle()
    await shops.settle()
  }
  return {
    /** Resolves once no callback is under way, overtaken or waiting for a retry; those that come late do so later. */
    settle,
    callbackLog: callbacks.log,
    /** Sends logged callbacks again, whatever the delivery mode; returns how many. */
    redeliver: (filter: (delivery: Delivery) => boolean = () => true): number => callbacks.redeliver(filter),
    setDelivery: (mode: DeliveryMode): void => callbacks.setDelivery(mode),
    faults: {
      set: (rule: FaultRule): void => gateway.faults.set(rule),
      /** Calls and callbacks go wrong by seed until `clear`. */
      schedule: (schedule: FaultSchedule): void => {
        gateway.faults.schedule(schedule)
        callbacks.setDelivery({ ...(schedule.callbacks ?? ROUGH_CALLBACKS), seed: schedule.seed })
      },
      /** No rule, no schedule; callbacks that a schedule disturbed come straight again. */
      clear: (): void => {
        if (gateway.faults.active().schedule !== null) callbacks.setDelivery({})
        gateway.faults.clear()
      },
      /** What is set now. */
      active: () => ({ ...gateway.faults.active(), delivery: callbacks.delivery() }),
    },
    /** Writable: lower them to provoke 45009 and 45033. */
    limits,
    /** Writable: eventual consistency and rival apps. */
    moods: desk.moods,
    setMoods: (moods: Partial<Moods>): Moods => Object.assign(desk.moods, moods),
    /** The guides' clients are well but for this. The desk's page asks in their name whether a page may call. */
    setClient: (moods: Partial<ClientMoods> = {}): ClientMoods => {
      Object.assign(desk.client, goodClient(), moods)
      desk.changed()
      return desk.client
    },
    checkJssdk: (claim: JssdkClaim): string | null => checkJssdk(desk, tokens, claim),
    /** Moves the platform's clock (in tests everybody's) by `ms`, in equal steps with everything due done after each.
     *  A running Huoshui keeps its own clock: what it measures by the platform's, as welcome codes, moves; its timers do not. */
    moveClock: async (input: { ms: number; steps?: number }): Promise<{ nowMs: number }> => {
      const steps = Math.max(1, Math.floor(input.steps ?? 1))
      for (let step = 0; step < steps; step++) {
        clock.move(input.ms / steps)
        desk.changed()
        await settle()
      }
      return { nowMs: clock.now() }
    },
    calls: gateway.calls,
  }
}
