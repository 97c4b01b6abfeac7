import { brakeOf } from './caller-brakes.ts'
import { keepWaiting } from './hold-back.ts'

const BURST_SEC = 6

/** Before a refusal goes out: an address that has had its share of them, a second's worth being `perSecond` (0: no brake),
 *  waits a second for each further one. What is taken never waits. */
export function createRefusalBrake(perSecond: number): (address: string) => Promise<void> {
  const brake = brakeOf(perSecond, BURST_SEC)
  return async (address) => {
    if (brake?.take(address) === false) await keepWaiting()
  }
}
