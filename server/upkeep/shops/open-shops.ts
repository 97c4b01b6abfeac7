import type { Db } from '../../core/db/db.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { createCredentialSeal } from '../../platform/deployment/credential-seal.ts'
import { createCredentialStore } from '../../platform/deployment/credential-store.ts'
import { createCrmeb } from '../../platform/shops/crmeb/crmeb.ts'
import type { ShopAccess, ShopConnection } from '../../platform/shops/shop-connection.ts'
import { type ShopField, type ShopSecrets, shopEnvName } from '../../platform/shops/shop-secrets.ts'
import { createWechatShop } from '../../platform/shops/wechat-shop/wechat-shop.ts'
import { createYouzan } from '../../platform/shops/youzan/youzan.ts'
import type { SharedCredential } from '../../platform/wecom/token/shared-credential.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import type { ShopRule } from '../../rules/schema/rule-files.ts'
import { createBuyers } from './buyers.ts'
import { createCallBudget } from './call-budget.ts'
import { createShopMemory, type NumberedBuyer, unionIdsOf } from './shop-memory.ts'

interface PlatformOf {
  /** Undefined: every shop has its own address. */
  api: string | undefined
  needs: readonly ShopField[]
  /** Of secrets that are there: the field that cannot be right, and what it should look like. */
  isWrong?: (secrets: Readonly<Record<string, string>>) => [ShopField, string] | undefined
  open(access: ShopAccess): ShopConnection
}

/** A shop that is asked; one of files is looked for in a folder. */
export type AskedShop = ShopRule & { platform: Exclude<ShopRule['platform'], 'files'> }
export const isAsked = (rule: ShopRule): rule is AskedShop => rule.platform !== 'files'

/** Where each platform's interfaces are, and what a connection cannot do without. */
const PLATFORMS: Record<AskedShop['platform'], PlatformOf> = {
  'wechat-shop': {
    api: 'https://api.weixin.qq.com',
    needs: ['secret', 'token', 'aes_key'],
    isWrong: ({ aes_key: key = '' }) =>
      /^[A-Za-z0-9+/]{43}$/.test(key) ? undefined : ['aes_key', '应为 43 位字母或数字，从小店后台重新复制'],
    open: createWechatShop,
  },
  crmeb: { api: undefined, needs: ['secret'], open: createCrmeb },
  youzan: { api: 'https://open.youzanyun.com', needs: ['secret'], open: createYouzan },
}

const PER_SECOND = 10

/** A shop that can be asked. */
export interface OpenShop {
  id: string
  rule: ShopRule
  connection: ShopConnection
  /** How many calls may be made now. */
  budget: ReturnType<typeof createCallBudget>
  buyers: ReturnType<typeof createBuyers>
}

/** What the environment still lacks, one Chinese line each; empty: the shop can be opened. */
export function missingFor({ id, platform }: Pick<AskedShop, 'id' | 'platform'>, secrets: ShopSecrets): string[] {
  const there = secrets.of(id)
  const missing = PLATFORMS[platform].needs.filter((field) => there[field] === undefined)
  const wrong = missing.length > 0 ? undefined : PLATFORMS[platform].isWrong?.(there)
  return [
    ...secrets.faults(id),
    ...missing.map((field) => `${shopEnvName(id, field)} 还没有设`),
    ...(wrong === undefined ? [] : [`${shopEnvName(id, wrong[0])} ${wrong[1]}`]),
  ]
}

export interface OpenShopsDeps {
  db: Db
  secrets: ShopSecrets
  clock: Clock
  credentials: (shop: string, secret: string) => (name: string) => SharedCredential
}

export function openShop(rule: AskedShop, { db, secrets, clock, credentials }: OpenShopsDeps): OpenShop {
  const { id, platform, account = '', kdtId, address, perSecond = PER_SECOND } = rule
  const own = secrets.of(id)
  const budget = createCallBudget({ perSecond, clock })
  const connection = PLATFORMS[platform].open({
    account,
    kdtId,
    api: own.api ?? PLATFORMS[platform].api ?? address ?? '',
    secrets: own,
    clock,
    memory: createShopMemory({ db, clock, shop: id }),
    onCall: budget.spend,
    shared: credentials(id, own.secret ?? '')(`shop:${id}`),
  })
  return {
    id,
    rule,
    connection,
    budget,
    buyers: createBuyers({ connection, clock, unionIdOf: (shopUserId) => unionIdOf(db, { shop: id, shopUserId }) }),
  }
}

/** The shops of the rule book that can be asked; opened anew when their rule changes. `instance` names this process in the rows
 *  that it holds. */
export function createOpenShops({
  instance,
  rules,
  ...given
}: Omit<OpenShopsDeps, 'credentials'> & { instance: string; rules: { current(): Pick<RuleBook, 'shops'> } }) {
  const { db, secrets } = given
  const credentials: OpenShopsDeps['credentials'] = (shop, secret) =>
    createCredentialStore({ db, seal: createCredentialSeal({ corpId: `shop ${shop}`, secret }), instance })
  const deps = { ...given, credentials }
  let known: RuleBook['shops'] | undefined
  const open = new Map<string, { version: string; shop: OpenShop }>()

  function refresh(shops: RuleBook['shops']): void {
    const wanted = new Map(
      [...shops.values()].flatMap(({ value, version }) =>
        isAsked(value) && isWanted(value) ? [[value.id, { value, version }] as const] : [],
      ),
    )
    for (const [id, { version, shop }] of open) {
      if (wanted.get(id)?.version === version) continue
      shop.connection.close()
      open.delete(id)
    }
    for (const [id, { version, value }] of wanted) {
      if (!open.has(id)) open.set(id, { version, shop: openShop(value, deps) })
    }
  }

  const isWanted = (rule: AskedShop): boolean => rule.enabled !== false && missingFor(rule, secrets).length === 0

  function now(): ReadonlyMap<string, { shop: OpenShop }> {
    const { shops } = rules.current()
    if (shops !== known) refresh(shops)
    known = shops
    return open
  }

  return {
    all: (): OpenShop[] => [...now().values()].map(({ shop }) => shop),
    byId: (id: string): OpenShop | undefined => now().get(id)?.shop,
  }
}
export type OpenShops = ReturnType<typeof createOpenShops>

const unionIdOf = (db: Pick<Db, 'statement'>, buyer: NumberedBuyer): Promise<string | undefined> =>
  db.statement(async (tx) => (await unionIdsOf(tx, [buyer]))(buyer))
