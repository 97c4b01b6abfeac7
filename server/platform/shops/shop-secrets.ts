import { readSecretFile } from '../../core/kernel/secret-file.ts'

/** What the environment holds for shops: `SHOP_<ID>_<FIELD>`, or `SHOP_<ID>_<FIELD>_FILE` naming a file with it. `ID` is the
 *  shop's id in capitals, `-` written `_`. */
export interface ShopSecrets {
  /** By field in small letters: `secret`, `token`, `aes_key`, `api`. */
  of(id: string): Readonly<Record<string, string>>
  /** What of it cannot be read, one Chinese line each; values are never in it. */
  faults(id: string): string[]
}

export const shopEnvName = (id: string, field: string): string =>
  `SHOP_${id.replaceAll('-', '_').toUpperCase()}_${field.toUpperCase()}`

const FIELDS = ['secret', 'token', 'aes_key', 'push_account', 'push_password', 'event_secret', 'api'] as const
export type ShopField = (typeof FIELDS)[number]

export function readShopSecrets(env: Readonly<Record<string, string | undefined>>): ShopSecrets {
  const read = (id: string, field: ShopField): { value?: string; fault?: string } => {
    const name = shopEnvName(id, field)
    const plain = env[name]?.trim()
    const path = env[`${name}_FILE`]?.trim()
    if (path === undefined || path === '') return plain === undefined || plain === '' ? {} : { value: plain }
    if (plain !== undefined && plain !== '') return { fault: `${name} 和 ${name}_FILE 都设了：只留一个` }
    const found = readSecretFile(path)
    return 'value' in found ? { value: found.value.trim() } : { fault: `${name}_FILE ${found.zh}` }
  }
  return {
    of: (id) =>
      Object.fromEntries(
        FIELDS.flatMap((field) => {
          const { value } = read(id, field)
          return value === undefined ? [] : [[field, value]]
        }),
      ),
    faults: (id) => FIELDS.flatMap((field) => read(id, field).fault ?? []),
  }
}
