import type { GoodCalls } from '../good-call.ts'
import { acquisitionCalls } from './acquisition.ts'
import { agentCalls } from './agent.ts'
import { authCalls, customerCalls, sendCalls } from './core.ts'
import { customerServiceCalls } from './customer-service.ts'
import { directoryCalls } from './directory.ts'
import { handoverCalls } from './handover.ts'
import { idCalls } from './ids.ts'
import { libraryCalls } from './libraries.ts'
import { mediaCalls } from './media.ts'
import { messageCalls } from './messages.ts'
import { statisticsCalls } from './statistics.ts'
import { strategyCalls } from './strategies.ts'

/** Each runs in a sandbox of its own; one family of endpoints is one entry. */
export const families: Record<string, GoodCalls> = {
  auth: authCalls,
  customers: customerCalls,
  sends: sendCalls,
  handover: handoverCalls,
  acquisition: acquisitionCalls,
  media: mediaCalls,
  directory: directoryCalls,
  messages: messageCalls,
  agent: agentCalls,
  statistics: statisticsCalls,
  ids: idCalls,
  libraries: libraryCalls,
  customerService: customerServiceCalls,
  strategies: strategyCalls,
}
