import { AppError } from '../../../core/kernel/app-error.ts'
import { type Fields, parseFlatXml, parseXml } from './xml.ts'

export interface CallbackBody {
  encrypt: string
  toUserName?: string
  agentId?: string
}

const badBody = (what: string): AppError => new AppError('callback.bad-body', what, { status: 400 })

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined

function readJson(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value))
  } catch {
    // Told below, without the text that did not parse.
  }
  throw badBody('the body is not JSON')
}

/** Nobody has vouched for this text yet, so the full parser gets a short one only. */
const LONGEST_UNUSUAL = 16_384

function readXml(body: string): Fields {
  const fields = parseFlatXml(body)
  if (fields !== undefined) return fields
  if (body.length > LONGEST_UNUSUAL) throw badBody('the XML is malformed')
  return parseXml(body)
}

/** The envelope of a callback, as XML or in the JSON form. AgentID is missing for events of the whole corp.
 *  Throws callback.bad-body. Sources: docs 90930, 90968. */
export function readCallbackBody(body: string): CallbackBody {
  const isJson = body.trimStart().startsWith('{')
  const fields = isJson ? readJson(body) : readXml(body)
  const sealed = textOf(isJson ? fields.encrypt : fields.Encrypt)
  if (sealed === undefined) throw badBody('the body has no ciphertext')
  const toUserName = textOf(isJson ? fields.tousername : fields.ToUserName)
  const agentId = textOf(isJson ? fields.agentid : fields.AgentID)
  return {
    encrypt: sealed,
    ...(toUserName === undefined ? {} : { toUserName }),
    ...(agentId === undefined ? {} : { agentId }),
  }
}

const asList = (text: string): string[] => text.split(/[\s,;|]+/).filter((item) => item !== '')

/** Fields of a decrypted event, whatever their order and whether in CDATA. Every value is text. Lists are lists also in
 *  the older form, where the ids stood as plain text. Throws callback.bad-body. */
export function readEventXml(plaintext: string): Fields {
  const fields = parseXml(plaintext)
  const members = fields.MemChangeList
  return typeof members === 'string' ? { ...fields, MemChangeList: asList(members) } : fields
}
