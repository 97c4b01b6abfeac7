import type { FastifyInstance } from 'fastify'
import type { Db } from '../../core/db/db.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import type { ShopSecrets } from '../../platform/shops/shop-secrets.ts'
import type { Audit } from '../../records/audit/audit.ts'
import type { Settings } from '../../settings.ts'
import { CHECKS } from './check-list.ts'
import { createPatient } from './doctor-context.ts'
import { doctorRoutes } from './doctor-routes.ts'
import { createDoctorRuns } from './doctor-runs.ts'
import { examine } from './examine.ts'

export interface DoctorDeps {
  settings: Settings
  shopSecrets: ShopSecrets
  clock: Clock
  log: Pick<Logger, 'error'>
  db: Db
  /** Prometheus text. */
  metrics(): Promise<string>
  audit: Pick<Audit, 'tell'>
}

/** The page /doctor: the running server looks at itself. */
export function createDoctor({ settings, shopSecrets, clock, log, db, metrics, audit }: DoctorDeps) {
  const runs = createDoctorRuns({
    clock,
    log,
    examine: (onDone) => {
      const context = createPatient({ settings, shopSecrets, settingFaults: [], clock, db, metrics })
      return examine(context, CHECKS, onDone)
    },
  })
  const routes: (app: FastifyInstance) => void = doctorRoutes({
    runs,
    clock,
    db,
    audit,
    key: settings.DOCTOR_KEY,
    publicUrl: settings.PUBLIC_URL,
  })
  return {
    routes,
    /** Resolves when no run is under way. */
    settled: runs.settled,
  }
}
