import type { Check } from './check.ts'
import { alertWays } from './checks/alert-ways.ts'
import { alerts } from './checks/alerts.ts'
import { appScope } from './checks/app-scope.ts'
import { backlog } from './checks/backlog.ts'
import { callbackEcho } from './checks/callback-echo.ts'
import { callbackRefusals } from './checks/callback-refusals.ts'
import { callbackSignature } from './checks/callback-signature.ts'
import { clockSkew } from './checks/clock-skew.ts'
import { database } from './checks/database.ts'
import { databaseSettings } from './checks/database-settings.ts'
import { databaseWrite } from './checks/database-write.ts'
import { deadLetters } from './checks/dead-letters.ts'
import { disk } from './checks/disk.ts'
import { domainProof } from './checks/domain-proof.ts'
import { groupWelcomes } from './checks/group-welcomes.ts'
import { guides } from './checks/guides.ts'
import { intercepts } from './checks/intercepts.ts'
import { lastCallback } from './checks/last-callback.ts'
import { linkLogin } from './checks/link-login.ts'
import { media } from './checks/media.ts'
import { migrations } from './checks/migrations.ts'
import { network } from './checks/network.ts'
import { createNodeVersion } from './checks/node-version.ts'
import { operators } from './checks/operators.ts'
import { processClocks } from './checks/process-clocks.ts'
import { publicUrl } from './checks/public-url.ts'
import { reconciliation } from './checks/reconciliation.ts'
import { rights } from './checks/rights.ts'
import { rules } from './checks/rules.ts'
import { secret } from './checks/secret.ts'
import { settings } from './checks/settings.ts'
import { shops } from './checks/shops.ts'
import { sidebarPage } from './checks/sidebar-page.ts'
import { standby } from './checks/standby.ts'
import { stopWords } from './checks/stop-words.ts'
import { syncAge } from './checks/sync-age.ts'
import { tickets } from './checks/tickets.ts'
import { tokenRace } from './checks/token-race.ts'
import { trustedDomain } from './checks/trusted-domain.ts'
import { trustedIp } from './checks/trusted-ip.ts'
import { welcomes } from './checks/welcomes.ts'

/** All of them, in the order in which they are shown within their groups: causes before consequences. */
export const CHECKS: readonly Check[] = [
  settings,
  createNodeVersion(),
  network,
  clockSkew,
  secret,
  trustedIp,
  tokenRace,
  appScope,
  rights,
  stopWords,
  guides,
  tickets,
  publicUrl,
  callbackEcho,
  callbackSignature,
  callbackRefusals,
  lastCallback,
  trustedDomain,
  linkLogin,
  domainProof,
  sidebarPage,
  database,
  migrations,
  databaseWrite,
  databaseSettings,
  processClocks,
  standby,
  disk,
  rules,
  operators,
  shops,
  backlog,
  deadLetters,
  alerts,
  alertWays,
  media,
  welcomes,
  groupWelcomes,
  intercepts,
  syncAge,
  reconciliation,
]
