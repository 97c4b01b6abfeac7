import { createCipheriv } from 'node:crypto'
import { getSignature } from '@wecom/crypto'
import { describe, expect, it } from 'vitest'
import vectors from '../testing/crypto-vectors.json' with { type: 'json' }
import { createCallbackCrypto } from './callback-crypto.ts'

const TOKEN = 'QDG6eK'
const AES_KEY = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C'
const CORP = 'wx5823bf96d3bd56c7'
const TIMESTAMP = '1409659813'
const NONCE = '1372623149'

const crypto = createCallbackCrypto({ token: TOKEN, aesKey: AES_KEY, corpId: CORP })

/** Encrypts any plaintext as it stands, and signs it: what someone who has the key could send. */
function sealRaw(plain: Buffer): { sealed: string; signed: { signature: string; timestamp: string; nonce: string } } {
  const key = Buffer.from(`${AES_KEY}=`, 'base64')
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return signed(Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64'))
}
const signed = (sealed: string) => ({
  sealed,
  signed: { signature: getSignature(TOKEN, TIMESTAMP, NONCE, sealed), timestamp: TIMESTAMP, nonce: NONCE },
})
/** random(16) + length + message + receiver + padding, each as the test wants it. */
function plainOf(options: { message: Buffer; length?: number; receiver?: string; padTo?: number }): Buffer {
  const { message, length = message.length, receiver = CORP, padTo = 32 } = options
  const size = Buffer.alloc(4)
  size.writeUInt32BE(length)
  const body = Buffer.concat([Buffer.alloc(16, 7), size, message, Buffer.from(receiver)])
  const padding = padTo - (body.length % padTo)
  return Buffer.concat([body, Buffer.alloc(padding, padding)])
}
const open = ({ sealed, signed: seal }: ReturnType<typeof signed>): string => crypto.open(seal, sealed)
const code = (act: () => unknown): unknown => {
  try {
    return act()
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}

describe('published vectors', () => {
  it.each(vectors.callback_vectors)('opens $id', (vector) => {
    const secrets = { token: vector.token, aesKey: vector.encoding_aes_key, corpId: vector.receive_id }
    const seal = { signature: vector.msg_signature, timestamp: vector.timestamp, nonce: vector.nonce }
    const message = createCallbackCrypto(secrets).open(seal, vector.encrypt)
    expect(message).toBe(vector.expected.message)
    expect(Buffer.byteLength(message)).toBe(vector.expected.message_bytes)
  })

  it.each(vectors.negative_vectors.filter((vector) => vector.change !== undefined))('refuses $id', (vector) => {
    const base = vectors.callback_vectors.find((candidate) => candidate.id === vector.based_on)
    if (base === undefined) throw new Error('no such vector')
    const changed = { ...base, ...vector.change }
    const secrets = { token: base.token, aesKey: base.encoding_aes_key, corpId: base.receive_id }
    const seal = { signature: changed.msg_signature, timestamp: changed.timestamp, nonce: changed.nonce }
    expect(code(() => createCallbackCrypto(secrets).open(seal, base.encrypt))).toBe('callback.bad-signature')
  })

  it.each(vectors.negative_vectors.filter((vector) => vector.encoding_aes_key !== undefined))(
    'refuses $id',
    (vector) => {
      const aesKey = vector.encoding_aes_key ?? ''
      expect(code(() => createCallbackCrypto({ token: TOKEN, aesKey, corpId: CORP }))).toBe('callback.bad-key')
    },
  )

  it('opens the vector padded with 30 bytes, which a 16-byte check would refuse', () => {
    const vector = vectors.callback_vectors.find((candidate) => candidate.id === 'docs-90968-message')
    expect(vector?.expected.pkcs7_pad_length).toBe(30)
    const seal = { signature: vector?.msg_signature ?? '', timestamp: TIMESTAMP, nonce: NONCE }
    expect(crypto.open(seal, vector?.encrypt ?? '')).toContain('<Content><![CDATA[hello]]></Content>')
  })

  it('knows every negative vector', () => {
    expect(vectors.negative_vectors.map((vector) => vector.id)).toEqual([
      'neg-wechatpy-nonce',
      'neg-go-workwx-signature',
      'neg-key-length-42',
      'neg-key-alphabet',
      'pitfall-16-byte-padding',
    ])
  })
})

describe('what the key holder might send', () => {
  const message = Buffer.from('<xml>你好</xml>')

  it('opens a well-formed message', () => {
    expect(open(sealRaw(plainOf({ message })))).toBe('<xml>你好</xml>')
  })

  it.each([
    ['one block short', sealRaw(plainOf({ message })).sealed.slice(0, 64)],
    ['not base64', 'P9nAzCzy*yTWESHep1vC5X9xho'],
    ['empty', ''],
    ['16 bytes only', Buffer.alloc(16).toString('base64')],
    ['48 bytes, a multiple of 16 but not of 32', sealRaw(plainOf({ message: Buffer.from('hello'), padTo: 16 })).sealed],
  ])('refuses a ciphertext that is %s', (_name, sealed) => {
    expect(code(() => open(signed(sealed)))).toBe('callback.bad-body')
  })

  it.each([
    ['zero padding', (plain: Buffer) => plain.fill(0, plain.length - 1)],
    ['padding of 33', (plain: Buffer) => plain.fill(33, plain.length - 1)],
    ['padding bytes that differ', (plain: Buffer) => plain.fill(1, plain.length - 2, plain.length - 1)],
  ])('refuses %s', (_name, spoil) => {
    expect(code(() => open(sealRaw(spoil(plainOf({ message })))))).toBe('callback.bad-body')
  })

  it('refuses 33 equal bytes of padding', () => {
    const body = plainOf({ message: Buffer.alloc(25, 'x') }).subarray(0, 63)
    expect(code(() => open(sealRaw(Buffer.concat([body, Buffer.alloc(33, 33)]))))).toBe('callback.bad-body')
  })

  it.each([
    ['beyond the end', 10_000],
    ['of 4 GB', 0xffffffff],
  ])('refuses a length %s', (_name, length) => {
    expect(code(() => open(sealRaw(plainOf({ message, length }))))).toBe('callback.bad-body')
  })

  it('refuses a length that swallows part of the receiver', () => {
    const length = message.length + 3
    expect(code(() => open(sealRaw(plainOf({ message, length }))))).toBe('callback.wrong-corp')
  })

  it.each(['wx0000000000000000', '', `${CORP}x`, CORP.toUpperCase()])('refuses the receiver "%s"', (receiver) => {
    expect(code(() => open(sealRaw(plainOf({ message, receiver }))))).toBe('callback.wrong-corp')
  })

  it('opens a message with a name that was cut within a character', () => {
    const cut = Buffer.concat([Buffer.from('<Name>王'), Buffer.from('小').subarray(0, 2), Buffer.from('</Name>')])
    expect(open(sealRaw(plainOf({ message: cut })))).toBe('<Name>王\uFFFD</Name>')
  })

  it('refuses a plaintext shorter than its own head', () => {
    expect(code(() => open(sealRaw(Buffer.alloc(32, 32))))).toBe('callback.bad-body')
  })
})

describe('the signature', () => {
  const good = sealRaw(plainOf({ message: Buffer.from('x') }))

  it.each(['', 'ab', `${good.signed.signature}0`, good.signed.signature.toUpperCase(), '签'.repeat(40)])(
    'refuses "%s"',
    (signature) => {
      const attempt = () => crypto.open({ ...good.signed, signature }, good.sealed)
      expect(code(attempt)).toBe('callback.bad-signature')
    },
  )

  it('is told to the outside as 403, a bad body as 400', () => {
    expect(() => crypto.open({ ...good.signed, nonce: '1' }, good.sealed)).toThrow(
      expect.objectContaining({ status: 403 }),
    )
    expect(() => open(signed('abc'))).toThrow(expect.objectContaining({ status: 400 }))
  })
})

it('opens what it sealed', () => {
  const { encrypt, signature, timestamp, nonce } = crypto.seal('你好', { timestamp: '1', nonce: '2' })
  expect(crypto.open({ signature, timestamp, nonce }, encrypt)).toBe('你好')
})
