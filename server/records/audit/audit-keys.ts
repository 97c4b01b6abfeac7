import { auditKeyFrom } from './audit-seal.ts'

/** The keys of the settings, the one that seals first. */
export const auditKeys = (settings: { AUDIT_SECRET: string | undefined; WECOM_SECRET: string }): readonly string[] =>
  settings.AUDIT_SECRET?.split(',') ?? [auditKeyFrom(settings.WECOM_SECRET)]
