import { createHmac } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../core/kernel/clock.ts'
import { HOUR_MS, MINUTE_MS } from '../core/kernel/shanghai.ts'
import { readToken, signToken } from '../engine/http/session-token.ts'

const SESSION_COOKIE = 'huoshui_session'
const LOGIN_COOKIE = 'huoshui_login'
const SESSION_MS = 12 * HOUR_MS
/** As long as WeCom's login code. */
const LOGIN_MS = 5 * MINUTE_MS

export interface Login {
  /** Comes back from WeCom; letters and digits. */
  state: string
  /** Path on our own origin. */
  back: string
}

/** Who is at the screen, in cookies that are signed, HttpOnly, and never sent along with another site's POST. */
export function createSession({ secret, clock }: { secret: string; clock: Clock }) {
  const options = (isSecure: boolean, lifeMs: number) => ({
    httpOnly: true,
    sameSite: 'lax' as const,
    secure: isSecure,
    path: '/api/sidebar',
    maxAge: Math.floor(lifeMs / 1000),
  })

  function read(request: FastifyRequest, cookie: string, purpose: string): Record<string, unknown> | undefined {
    const content = readToken(secret, purpose, request.cookies[cookie])
    return typeof content?.until === 'number' && content.until > clock.now() ? content : undefined
  }

  return {
    /** Who logged in, and when, UTC milliseconds: the userid may be somebody else's by now. */
    of: (request: FastifyRequest): { userId: string; begunAtMs: number } | undefined => {
      const content = read(request, SESSION_COOKIE, 'session')
      if (typeof content?.userId !== 'string' || typeof content.until !== 'number') return undefined
      return { userId: content.userId, begunAtMs: content.until - SESSION_MS }
    },
    begin: (reply: FastifyReply, userId: string, isSecure: boolean): void => {
      const token = signToken(secret, 'session', { userId, until: clock.now() + SESSION_MS })
      reply.setCookie(SESSION_COOKIE, token, options(isSecure, SESSION_MS))
    },
    rememberLogin: (reply: FastifyReply, login: Login, isSecure: boolean): void => {
      const token = signToken(secret, 'login', { ...login, until: clock.now() + LOGIN_MS })
      reply.setCookie(LOGIN_COOKIE, token, options(isSecure, LOGIN_MS))
    },
    /** The login that this browser began; it can be taken once. */
    takeLogin: (request: FastifyRequest, reply: FastifyReply): Login | undefined => {
      reply.clearCookie(LOGIN_COOKIE, { path: '/api/sidebar' })
      const content = read(request, LOGIN_COOKIE, 'login')
      if (typeof content?.state !== 'string' || typeof content.back !== 'string') return undefined
      return { state: content.state, back: content.back }
    },
  }
}
export type Session = ReturnType<typeof createSession>

/** The key of the cookies where none is set: from the app's secret, without giving that away. */
export const sessionSecretFrom = (wecomSecret: string): string =>
  createHmac('sha256', wecomSecret).update('huoshui sidebar sessions').digest('base64url')
