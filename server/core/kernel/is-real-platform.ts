/** True when calls go to WeCom itself, and not to a sandbox or a stand-in for it. */
export const isRealPlatform = (apiBase: string): boolean => new URL(apiBase).hostname === 'qyapi.weixin.qq.com'
