import { DEMO_SHOP_FILE, isDemoShop } from '../../../rules/files/demo-shop.ts'
import type { Check } from '../check.ts'
import { type Finding, fail, ok } from '../finding.ts'

const WHAT = '规则文件'
const MOST = 5

/** The rule folder, as `sop check` reads it. */
export const rules: Check = {
  group: '规则',
  what: WHAT,
  look: async (context): Promise<Finding | Finding[]> => {
    const folder = context.need('HUOSHUI_CONFIG')
    if (context.isRealPlatform && isDemoShop(folder)) {
      return fail(
        WHAT,
        `${folder} 还是示例店铺的规则，服务不会拿它连真实的企业`,
        `复制一份改成自己店的，删掉里面的 ${DEMO_SHOP_FILE}，再把 HUOSHUI_CONFIG 指过去`,
      )
    }
    const { book, faults } = await context.rules()
    if (book !== undefined) {
      const { channels, welcomes, pools, sops, sends, moments } = book
      return ok(
        WHAT,
        `${folder}：渠道 ${channels.size}、欢迎语 ${welcomes.size}、群池 ${pools.size}、SOP ${sops.size}、群发 ${sends.size}${moments.size === 0 ? '' : `、朋友圈 ${moments.size}`}，没有错误`,
      )
    }
    const shown = faults
      .slice(0, MOST)
      .map(({ file, line, column, message, suggestion }) =>
        fail(`${file}:${line}:${column}`, message, suggestion ?? `改好后运行 npm run -s sop -- check ${folder}`),
      )
    if (faults.length > MOST) {
      shown.push(fail(WHAT, `还有 ${faults.length - MOST} 处错误`, `运行 npm run -s sop -- check ${folder} 看全部`))
    }
    return shown
  },
}
