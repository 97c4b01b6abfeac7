import type { Tx } from '../core/db/tx.ts'
import type { KnownField } from '../records/profiles/field-store.ts'
import { fieldValueOf, fieldValueText } from '../records/profiles/field-value.ts'
import type { FieldRole, ProfileField } from '../rules/schema/profile-rules.ts'
import type { ProfileFieldView } from './contract.ts'
import type { Friend } from './friend-of.ts'

/** As what somebody looks at this customer. */
function rolesOf({ person, userId, stands }: Friend): ReadonlySet<FieldRole> {
  const { leads, isOps, isOwner } = person.standing
  const roles: FieldRole[] = person.userId === userId ? ['guide'] : []
  if (stands === 'lead' || (stands === 'former' && leads.size > 0)) roles.push('lead')
  if (isOps) roles.push('ops')
  if (isOwner) roles.push('owner')
  return new Set(roles)
}

export const maySee = ({ see }: ProfileField, friend: Friend): boolean =>
  see === undefined || see.some((role) => rolesOf(friend).has(role))

export const mayEdit = (field: ProfileField, friend: Friend): boolean => {
  const { edit = ['guide', 'lead'] } = field
  const isChange = friend.stands === 'friend' || friend.stands === 'lead'
  return isChange && maySee(field, friend) && edit.some((role) => rolesOf(friend).has(role))
}

/** The fields that this person may see, in the order of the file. What became known after the end of a friendship is not. */
export async function fieldViews(
  tx: Tx,
  {
    friend,
    fields,
    known,
  }: { friend: Friend; fields: readonly ProfileField[]; known: ReadonlyMap<string, KnownField> },
  nameOf: (tx: Tx, userId: string) => Promise<string>,
): Promise<ProfileFieldView[]> {
  const views: ProfileFieldView[] = []
  for (const field of fields) {
    if (!maySee(field, friend)) continue
    const found = known.get(field.field)
    const isKnown =
      found !== undefined && found.kind === field.type && !(found.atMs > (friend.lost?.atMs ?? found.atMs))
    views.push({
      field: field.field,
      name: field.name ?? field.field,
      type: field.type,
      options: field.options ?? [],
      unit: field.unit ?? null,
      min: field.min ?? null,
      max: field.max ?? null,
      hint: field.hint ?? null,
      isRequired: field.required === true,
      mayEdit: mayEdit(field, friend),
      value: (isKnown ? fieldValueOf(field, found.values) : undefined) ?? null,
      text: isKnown ? fieldValueText(field, found.values) : '',
      by: !isKnown ? null : found.userId === undefined ? '商城' : await nameOf(tx, found.userId),
      atMs: isKnown ? found.atMs : null,
    })
  }
  return views
}
