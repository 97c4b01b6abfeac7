import { createHmac } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../core/kernel/clock.ts'
import { MINUTE_MS } from '../core/kernel/shanghai.ts'
import { readToken, signToken } from '../engine/http/session-token.ts'
import { SESSION_MS } from './kept-sessions.ts'

const SESSION_COOKIE = 'huoshui_session'
const LOGIN_COOKIE = 'huoshui_login'
/** Where browsers reach us by https only they take and give back such a cookie for this host alone: no neighbour below the
 *  same domain can put its own in our way (RFC 6265bis, 4.1.3.2). */
const THIS_HOST = '__Host-'
const SESSION_IN_HEADER = new RegExp(`(?:^|;\\s*)(?:${THIS_HOST})?${SESSION_COOKIE}=([\\w.-]+)`)
const MOST_REMEMBERED = 20_000
/** As long as WeCom's login code. */
const LOGIN_MS = 5 * MINUTE_MS

export interface Login {
  /** Comes back from WeCom; letters and digits. */
  state: string
  /** Path on our own origin. */
  back: string
  /** UTC milliseconds. */
  begunAtMs: number
}

export interface SessionDeps {
  secret: string
  clock: Clock
  /** Does the browser reach us by https? */
  isSecure(request: FastifyRequest): boolean
}

/** Who is at the screen, in cookies that are signed, HttpOnly, and never sent along with another site's POST. */
export function createSession({ secret, clock, isSecure }: SessionDeps) {
  const options = (request: FastifyRequest, lifeMs: number) => ({
    httpOnly: true,
    sameSite: 'lax' as const,
    secure: isSecure(request),
    path: '/',
    maxAge: Math.floor(lifeMs / 1000),
  })

  const nameOf = (request: FastifyRequest, cookie: string): string =>
    isSecure(request) ? `${THIS_HOST}${cookie}` : cookie

  /** Whose signature was found right: a request wants to know three times, and an open page asks every few seconds. */
  const right = new Map<string, NonNullable<ReturnType<typeof readToken>>>()

  function sessionIn(token: string | undefined): ReturnType<typeof readToken> {
    const known = token === undefined ? undefined : right.get(token)
    if (token === undefined || known !== undefined) return known
    const content = readToken(secret, 'session', token)
    if (right.size >= MOST_REMEMBERED) right.clear()
    if (content !== undefined) right.set(token, content)
    return content
  }

  function read(
    request: FastifyRequest,
    cookie: string,
    purpose: 'session' | 'login',
  ): Record<string, unknown> | undefined {
    const token = request.cookies[nameOf(request, cookie)]
    const content = purpose === 'session' ? sessionIn(token) : readToken(secret, purpose, token)
    return typeof content?.until === 'number' && content.until > clock.now() ? content : undefined
  }

  return {
    /** The userid behind a request whose cookies nobody has read yet; undefined: nobody's. For counting, not for access. */
    callerOf: (request: FastifyRequest): string | undefined => {
      const { cookie } = request.headers
      const token = cookie === undefined ? undefined : SESSION_IN_HEADER.exec(cookie)?.[1]
      const content = sessionIn(token)
      return typeof content?.userId === 'string' ? content.userId : undefined
    },
    /** Who logged in, in which session, and when, UTC milliseconds: the userid may be somebody else's by now, and the session
     *  may have ended. */
    of: (request: FastifyRequest): { userId: string; id: string; begunAtMs: number } | undefined => {
      const { userId, id, until } = read(request, SESSION_COOKIE, 'session') ?? {}
      if (typeof userId !== 'string' || typeof id !== 'string' || typeof until !== 'number') return undefined
      return { userId, id, begunAtMs: until - SESSION_MS }
    },
    /** Tells one session from another, and from whom it is told nothing can be learnt. */
    markOf: (request: FastifyRequest): string => {
      const { id } = read(request, SESSION_COOKIE, 'session') ?? {}
      return createHmac('sha256', secret)
        .update(`mark ${String(id)}`)
        .digest('base64url')
        .slice(0, 12)
    },
    begin: (request: FastifyRequest, reply: FastifyReply, { userId, id }: { userId: string; id: string }): void => {
      const token = signToken(secret, 'session', { userId, id, until: clock.now() + SESSION_MS })
      // One of an earlier version, for the API alone, would be sent before this one.
      if (!isSecure(request)) reply.clearCookie(SESSION_COOKIE, { path: '/api/sidebar' })
      reply.setCookie(nameOf(request, SESSION_COOKIE), token, options(request, SESSION_MS))
    },
    leave: (request: FastifyRequest, reply: FastifyReply): void => {
      reply.clearCookie(nameOf(request, SESSION_COOKIE), options(request, 0))
    },
    rememberLogin: (request: FastifyRequest, reply: FastifyReply, login: Omit<Login, 'begunAtMs'>): void => {
      const token = signToken(secret, 'login', { ...login, until: clock.now() + LOGIN_MS })
      reply.setCookie(nameOf(request, LOGIN_COOKIE), token, options(request, LOGIN_MS))
    },
    /** The login that this browser began; it can be taken once. */
    takeLogin: (request: FastifyRequest, reply: FastifyReply): Login | undefined => {
      reply.clearCookie(nameOf(request, LOGIN_COOKIE), options(request, 0))
      const content = read(request, LOGIN_COOKIE, 'login')
      const { state, back, until } = content ?? {}
      if (typeof state !== 'string' || typeof back !== 'string' || typeof until !== 'number') return undefined
      return { state, back, begunAtMs: until - LOGIN_MS }
    },
  }
}
export type Session = ReturnType<typeof createSession>

/** The key of the cookies where none is set: from the app's secret, without giving that away. */
export const sessionSecretFrom = (wecomSecret: string): string =>
  createHmac('sha256', wecomSecret).update('huoshui sidebar sessions').digest('base64url')
