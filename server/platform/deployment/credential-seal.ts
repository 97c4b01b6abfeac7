import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Seals credentials for the database with keys derived from the app's secret, so that a dump of it gives no token away,
 *  and a changed secret never meets the tokens of the old one. AES-256-GCM, bound to the credential's name. */
export function createCredentialSeal({ corpId, secret }: { corpId: string; secret: string }) {
  const derive = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, corpId, `huoshui ${purpose}`, 32))
  const key = derive('credential')
  const hashKey = derive('credential hash')

  return {
    /** Tells the credentials of one app and secret from those of others. */
    scope: derive('credential scope').toString('hex').slice(0, 16),
    /** To compare by; says nothing about the value. */
    hash: (value: string): string => createHmac('sha256', hashKey).update(value).digest('hex'),
    seal: (name: string, value: string): string => {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name))
      const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
    },
    /** Undefined for what was not sealed by this app under this name. */
    open: (name: string, sealed: string): string | undefined => {
      const bytes = Buffer.from(sealed, 'base64')
      const nonce = bytes.subarray(0, NONCE_BYTES)
      const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name)).setAuthTag(tag)
        const rest = bytes.subarray(NONCE_BYTES + TAG_BYTES)
        return Buffer.concat([decipher.update(rest), decipher.final()]).toString('utf8')
      } catch {
        return undefined
      }
    },
  }
}

export type CredentialSeal = ReturnType<typeof createCredentialSeal>
