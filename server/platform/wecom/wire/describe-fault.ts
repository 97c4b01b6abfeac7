interface Fault {
  keyword: string
  instancePath: string
  params: object
  message: string
}

const limitOf = (params: object): string => ('limit' in params ? String(params.limit) : '')

/** One Chinese sentence about a request that breaks its schema. */
export function describeFault(fault: Fault): string {
  const where = fault.instancePath === '' ? '请求' : `字段 ${fault.instancePath.slice(1).replaceAll('/', '.')}`
  switch (fault.keyword) {
    case '~refine':
      // Written out, with the numbers, where the limit is declared.
      return fault.message
    case 'required':
      return `${where}不完整${'requiredProperties' in fault.params ? `，缺少 ${String(fault.params.requiredProperties)}` : ''}`
    case 'maxItems':
      return `${where}最多 ${limitOf(fault.params)} 项`
    case 'minItems':
      return `${where}至少 ${limitOf(fault.params)} 项`
    case 'minLength':
      return `${where}不能为空`
    case 'maximum':
      return `${where}不能大于 ${limitOf(fault.params)}`
    case 'minimum':
      return `${where}不能小于 ${limitOf(fault.params)}`
    default:
      return `${where}的格式不对`
  }
}
