import type { Program } from './frame/command.ts'

/** Every program, by the name of its npm script; each is loaded only when it is run. */
export const PROGRAMS: Record<string, () => Promise<Program>> = {
  sop: async () => (await import('./sop.ts')).sopProgram,
  sends: async () => (await import('./sends.ts')).sendsProgram,
  tiers: async () => (await import('./tiers.ts')).tiersProgram,
  groups: async () => (await import('./groups.ts')).groupsProgram,
  channels: async () => (await import('./channels.ts')).channelsProgram,
  customers: async () => (await import('./customers.ts')).customersProgram,
  welcomes: async () => (await import('./welcomes.ts')).welcomesProgram,
  scripts: async () => (await import('./scripts.ts')).scriptsProgram,
  handover: async () => (await import('./handover.ts')).handoverProgram,
  orders: async () => (await import('./orders.ts')).ordersProgram,
  credit: async () => (await import('./credit.ts')).creditProgram,
  shops: async () => (await import('./shops.ts')).shopsProgram,
  'import:orders': async () => (await import('./import-orders.ts')).importOrdersProgram,
  people: async () => (await import('./people.ts')).createPeopleProgram(),
  backup: async () => (await import('./backup.ts')).backupProgram,
  roles: async () => (await import('./roles.ts')).rolesProgram,
  audit: async () => (await import('./audit.ts')).auditProgram,
  sessions: async () => (await import('./sessions.ts')).sessionsProgram,
  alerts: async () => (await import('./alerts.ts')).alertsProgram,
  actions: async () => (await import('./actions.ts')).actionsProgram,
  events: async () => (await import('./events.ts')).eventsProgram,
  sync: async () => (await import('./sync.ts')).createSyncProgram(),
  reconcile: async () => (await import('./reconcile.ts')).createReconcileProgram(),
  doctor: async () => (await import('./doctor.ts')).doctorProgram,
}
