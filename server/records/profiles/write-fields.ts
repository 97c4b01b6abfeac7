import { createHash } from 'node:crypto'
import type { Tx } from '../../core/db/tx.ts'
import type { ProfileField } from '../../rules/schema/profile-rules.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { fieldStore } from './field-store.ts'
import type { ToldBy } from './field-tables.ts'
import { fieldValueText, type StoredValue } from './field-value.ts'

export interface FieldsTold {
  externalUserId: string
  fields: readonly { field: ProfileField; values: readonly StoredValue[] }[]
  by: ToldBy
  userId?: string | undefined
  /** As a guide reads it: `商城`, `林夏`. */
  who: string
  /** UTC milliseconds. */
  atMs: number
}

/** Keeps what was told of fields, and notes on the timeline what is new. What not everybody may see is named there without its
 *  value. True when something is new. */
export async function writeFields(
  tx: Tx,
  { externalUserId, fields, by, userId, who, atMs }: FieldsTold,
  timeline: Pick<Timeline, 'note'>,
): Promise<boolean> {
  const lines: string[] = []
  for (const { field, values } of fields) {
    if (!(await fieldStore.set(tx, externalUserId, { field, values, by, userId, atMs }))) continue
    const name = field.name ?? field.field
    const words = field.see !== undefined ? '' : values.length === 0 ? '清除了' : fieldValueText(field, values)
    lines.push(words === '' ? name : `${name} ${words}`)
  }
  if (lines.length === 0) return false
  await timeline.note(tx, {
    key: `profile:fields:${externalUserId}:${atMs}:${digestOf(lines)}`,
    externalUserId,
    userId,
    kind: 'profile.fields',
    text: `${who}记下资料：${lines.join('；')}`,
  })
  return true
}

/** Of values nothing stands in a key. */
const digestOf = (lines: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(lines)).digest('base64url').slice(0, 16)
