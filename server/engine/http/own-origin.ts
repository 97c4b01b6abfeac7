import type { FastifyRequest } from 'fastify'
import { AppError } from '../../core/kernel/app-error.ts'

/** Our own address as browsers see it. `publicUrl`: from the settings; without it the request's own Host counts. */
export function createOwnOrigin(publicUrl: string | undefined) {
  const originOf = (request: FastifyRequest): string => publicUrl ?? `${request.protocol}://${request.host}`

  const isOwn = (request: FastifyRequest, url: string): boolean => {
    if (!URL.canParse(url)) return false
    // What a caller claims in Host counts only where no setting says better.
    return new URL(url).host === new URL(originOf(request)).host
  }

  return {
    originOf,
    isOwn,
    isSecure: (request: FastifyRequest): boolean => originOf(request).startsWith('https:'),
    /** A change must come from our own page: no other site can set the header, nor forge what the browser says about
     *  where the request began. Throws sidebar.foreign-origin. */
    mustBeOwnPage: (request: FastifyRequest): void => {
      const { origin, 'sec-fetch-site': site, 'x-huoshui-sidebar': mark } = request.headers
      const isOurs = site === undefined ? origin === undefined || isOwn(request, origin) : site === 'same-origin'
      if (mark === '1' && isOurs) return
      throw new AppError('sidebar.foreign-origin', 'the request did not come from the sidebar', {
        status: 403,
        zh: '请在活水侧边栏里操作。',
      })
    },
  }
}
export type OwnOrigin = ReturnType<typeof createOwnOrigin>

/** `back` of a login as a path below /sidebar/ on our own origin; undefined for anything else. */
export function ownPath(back: string): string | undefined {
  const base = 'http://own.invalid'
  if (!back.startsWith('/') || !URL.canParse(back, base)) return undefined
  const url = new URL(back, base)
  if (url.origin !== base || !url.pathname.startsWith('/sidebar/')) return undefined
  return `${url.pathname}${url.search}`
}
