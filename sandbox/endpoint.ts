import type { Desk } from './desk.ts'
import type { UploadedPart } from './http/multipart.ts'
import type { Params, Shape } from './params.ts'

/** An answer that is not JSON. */
export interface BinaryAnswer {
  binary: Buffer
  contentType: string
  filename?: string
}
export type Answer = Record<string, unknown> | BinaryAnswer

export interface EndpointSpec<S extends Shape> {
  path: string
  method: 'GET' | 'POST'
  params: S
  /** `open`: needs no access_token. `upload`: multipart body. */
  kind?: 'open' | 'upload'
  /** Default fields that come along with an errcode. */
  empty?: Record<string, unknown>
  /** Two calls under way with one key: the later is refused with 45035. */
  conflictKey?: (params: Params<S>) => string
  /** `contacts`: only the secret of 通讯录同步 may call it (48002). */
  secret?: 'contacts'
  /** Not counted by the frequency limits. */
  unlimited?: true
  handle(params: Params<S>, desk: Desk, part: UploadedPart | undefined): Answer
}

export type Endpoint = EndpointSpec<Shape>

/** Declares one platform endpoint; the parameter types of `handle` follow from `params`. */
export const endpoint = <S extends Shape>(spec: EndpointSpec<S>): Endpoint => spec as unknown as Endpoint // S is only known here; the gateway reads params by this very shape
