import { flag, instant, integer, longText, nullable, primary, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'

export const CREDENTIAL = defineTable(
  'credential',
  {
    name: primary(text(80)),
    sealed: nullable(longText()),
    value_hash: nullable(text()),
    refresh_at: nullable(instant()),
    expires_at: nullable(instant()),
    lease_by: nullable(text(40)),
    lease_until: nullable(instant()),
  },
  {
    personal: ofNobody('sealed credentials of the platform'),
    snapshot: leftOut('says how the server works, not what is known of customers'),
  },
)

export const ENDPOINT_LIMIT = defineTable(
  'endpoint_limit',
  {
    path: primary(text(100)),
    revision: withDefault(integer(), 0),
    closed_until: nullable(instant()),
    allowed: nullable(integer()),
    allowed_at: nullable(instant()),
    learned: nullable(integer()),
    learned_at: nullable(instant()),
  },
  {
    personal: ofNobody('limits of the platform'),
    snapshot: leftOut('says how the server works, not what is known of customers'),
  },
)

export const ENDPOINT_USE = defineTable(
  'endpoint_use',
  {
    path: text(100),
    length_ms: integer(),
    slice: integer(),
    welcome: withDefault(integer(), 0),
    event: withDefault(integer(), 0),
    campaign: withDefault(integer(), 0),
    backfill: withDefault(integer(), 0),
  },
  {
    unique: [['path', 'length_ms', 'slice']],
    personal: ofNobody('use of the platform'),
    snapshot: leftOut('says how the server works, not what is known of customers'),
  },
)

export const LIVE_PROCESS = defineTable(
  'live_process',
  {
    instance: primary(text(40)),
    /** By the database's clock, as this process has measured it. */
    seen_at: instant(),
    ahead_ms: nullable(integer()),
  },
  {
    personal: ofNobody('processes of ours'),
    snapshot: leftOut('says how the server works, not what is known of customers'),
  },
)

/** Replicas of the database that have fetched its log. */
export const DATABASE_REPLICA = defineTable(
  'database_replica',
  {
    host: primary(text(100)),
    seen_at: instant(),
    missed: withDefault(flag(), 0),
  },
  {
    personal: ofNobody('machines of ours'),
    snapshot: leftOut('says how the server works, not what is known of customers'),
  },
)

export const deploymentTables: Table[] = [CREDENTIAL, ENDPOINT_LIMIT, ENDPOINT_USE, LIVE_PROCESS, DATABASE_REPLICA]
