import type { FastifyInstance } from 'fastify'

/** Who may ask. Each route says it in its `config`; one that does not is refused at the start. */
export type Scope =
  /** Without any proof: pages, files, the way to log in. */
  | 'anybody'
  /** WeCom, by its signature. */
  | 'wecom'
  /** The shop's programs, by their signature. */
  | 'shop'
  /** Whoever watches the process; a key where the settings name one. */
  | 'watch'
  /** The host, by DOCTOR_KEY. */
  | 'host'
  /** Whoever is logged in, whatever their role. */
  | 'session'
  /** Whoever has to do with customers: what is the same for all of them. */
  | 'library'
  /** One customer, to look at. */
  | 'customer'
  /** One customer, to change. */
  | 'customer.change'
  /** One customer, for the guide who is the friend and for nobody in their place. */
  | 'customer.own'
  /** One customer, for the lead of the friend's department. */
  | 'customer.lead'
  /** One customer group, for who is in it, the lead of its owner's department and whoever sees all. */
  | 'group'
  /** The audit. */
  | 'audit'

declare module 'fastify' {
  interface FastifyContextConfig {
    scope?: Scope
    /** What the audit calls the change, where the last word of the path would not tell it from another. */
    change?: string
  }
}

export interface ScopedRoute {
  method: string
  /** With its parameters: `/api/sidebar/customers/:externalUserId`. */
  url: string
  scope: Scope
  change: string | undefined
  schema: unknown
}

/** Lists every route with its scope, as it is registered. Throws for one without: nobody would have thought about it. */
export function listScopes(app: FastifyInstance): readonly ScopedRoute[] {
  const routes: ScopedRoute[] = []
  app.addHook('onRoute', ({ method, url, config, schema }) => {
    const { scope, change } = config ?? {}
    if (scope === undefined) throw new Error(`route ${String(method)} ${url} says in no config.scope who may ask it`)
    for (const one of [method].flat()) routes.push({ method: one, url, scope, change, schema })
  })
  return routes
}
