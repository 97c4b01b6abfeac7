import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Settings } from 'typebox/system'
import { describeFault } from './describe-fault.ts'
import type { LeftOutRow } from './left-out.ts'
import { deepest, fieldOf, readLoosely } from './read-answer.ts'
import { WecomBadRequest } from './wecom-error.ts'

/** One platform endpoint with the one schema of its request and of its answer. */
export interface Endpoint<Request extends TSchema = TSchema, Answer extends TSchema = TSchema> {
  path: string
  method: 'GET' | 'POST'
  request: Request
  answer: Answer
  /** Doing it twice does what doing it once does. */
  repeatable: boolean
  timeoutMs: number
  /** The answer is a file: `{ bytes, contentType }`. */
  binary: boolean
  /** An answer of which even one row cannot be read is not read at all: what is missing in it would mean something. */
  whole: boolean
  /** Throws wecom.bad-request, with a Chinese text that names the field and its limit. */
  checkRequest(request: Static<Request>): void
  /** The answer, if it has the documented shape or can be read as such, without the rows that cannot; else the field that
   *  cannot be read, as in UnreadField. */
  readAnswer(answer: unknown): { value: Static<Answer>; leftOut: readonly LeftOutRow[] } | { unreadField: string }
}

interface EndpointSpec<Request extends TSchema, Answer extends TSchema> {
  path: string
  request: Request
  answer: Answer
  repeatable?: boolean
  timeoutMs?: number
  binary?: boolean
  whole?: boolean
}

const DEFAULT_TIMEOUT_MS = 10_000
/** typebox stops at 8, which the branches of one union use up before the right one is looked at. */
Settings.Set({ maxErrors: 128 })

const declared = new Map<string, Endpoint>()

/** The endpoints that the modules loaded so far declare, by path. */
export const declaredEndpoints = (): ReadonlyMap<string, Endpoint> => declared

function endpoint<Request extends TSchema, Answer extends TSchema>(
  method: 'GET' | 'POST',
  spec: EndpointSpec<Request, Answer>,
): Endpoint<Request, Answer> {
  const { path, request, answer, whole = false } = spec
  const requestCheck = lazily(() => Compile(request))
  const answerCheck = lazily(() => Compile(answer))
  const made: Endpoint<Request, Answer> = {
    path,
    method,
    request,
    answer,
    repeatable: spec.repeatable ?? method === 'GET',
    timeoutMs: spec.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    binary: spec.binary ?? false,
    whole,
    checkRequest: (value) => {
      const check = requestCheck()
      if (check.Check(value)) return
      const faults = check.Errors(value)
      // A limit is what the caller can act on.
      const fault = faults.find(({ keyword }) => keyword === '~refine') ?? deepest(faults)
      const where = `${fault?.instancePath || '/'} (${fault?.keyword ?? 'unknown'})`
      throw new WecomBadRequest(path, where, fault === undefined ? '请求的格式不对' : describeFault(fault))
    },
    readAnswer: (value) => {
      const check = answerCheck()
      if (check.Check(value)) return { value, leftOut: [] }
      const { value: read, leftOut } = readLoosely(answer, value)
      const [first] = leftOut
      if (whole && first !== undefined) return { unreadField: first.field }
      if (check.Check(read)) return { value: read, leftOut }
      const fault = deepest(check.Errors(read))
      return { unreadField: (fault && fieldOf(fault)) || 'the whole' }
    },
  }
  // Of which schemas they are is forgotten: who walks over all of them knows none.
  declared.set(path, made as unknown as Endpoint)
  return made
}

/** Compiling takes milliseconds; most processes use few endpoints. */
function lazily<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** A GET endpoint: the request is its query. */
export const get = <Request extends TSchema, Answer extends TSchema>(
  spec: EndpointSpec<Request, Answer>,
): Endpoint<Request, Answer> => endpoint('GET', spec)

/** A POST endpoint: the request is its JSON body. */
export const post = <Request extends TSchema, Answer extends TSchema>(
  spec: EndpointSpec<Request, Answer>,
): Endpoint<Request, Answer> => endpoint('POST', spec)
