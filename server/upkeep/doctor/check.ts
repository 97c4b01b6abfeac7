import type { DoctorContext } from './doctor-context.ts'
import type { Finding, Group } from './finding.ts'

/** One question to a deployment. Checks know nothing of each other and run side by side. */
export interface Check {
  group: Group
  /** What is looked at; also the title when it does not come to a finding. */
  what: string
  /** Default 8 s. */
  timeoutMs?: number
  /** Reads only, or takes back what it wrote. May throw: CannotLook, or anything else for a fault of its own. */
  look(context: DoctorContext): Promise<Finding | Finding[]>
}
