import type { Clock } from '../server/core/kernel/clock.ts'
import type { Background } from './background.ts'
import type { Callbacks } from './callbacks.ts'
import type { ClientMoods } from './client-moods.ts'
import type { Credentials } from './credentials.ts'
import type { Moods } from './moods.ts'
import type { SeededRandom } from './random.ts'
import type { World } from './world.ts'

/** What every part of the sandbox works with. */
export interface Desk {
  world: World
  clock: Clock
  /** Huoshui's time: by it requests to Huoshui are signed. */
  signedAt: Clock
  moods: Moods
  /** How the guides' clients are today. */
  client: ClientMoods
  random: SeededRandom
  credentials: Credentials
  callbacks: Callbacks
  background: Background
  /** Own base URL, no slash at the end; empty before `listen`. */
  url(): string
  /** Base URL of Huoshui, or undefined while not connected. */
  appUrl(): string | undefined
  /** Tells the open pages that something changed. */
  changed(): void
}

export const toSec = (instantMs: number): number => Math.floor(instantMs / 1000)
