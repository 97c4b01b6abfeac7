import { AskFault } from './ask.ts'

export interface Explained {
  why: string
  next: string
}

const TLS = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO|EPROTO/

/** What a connection that failed means. Anything but an AskFault is thrown on. */
export function explainNetwork(error: unknown, host: string): Explained {
  if (!(error instanceof AskFault)) throw error
  const { code } = error
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { why: `域名 ${host} 解析不了（${code}）`, next: `在服务器上运行 nslookup ${host}，按结果改好 DNS 设置` }
  }
  if (code === 'ECONNREFUSED') {
    return { why: `${host} 拒绝连接，那个端口上没有程序在听`, next: `确认 ${host} 上的程序已启动、端口没写错` }
  }
  if (code === 'CERT_HAS_EXPIRED') return { why: `${host} 的 HTTPS 证书过期了`, next: '续期证书，并重新加载反向代理' }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return { why: `${host} 的 HTTPS 证书不是发给这个域名的`, next: `给 ${host} 换上它自己的证书` }
  }
  if (TLS.test(code)) {
    return {
      why: `${host} 的 HTTPS 证书验不过（${code}）`,
      next: '装上受信任机构签发的证书，并把中间证书一起配上（fullchain）',
    }
  }
  if (code === 'ETIMEDOUT') {
    return { why: `${host} 没有在限定时间内应答`, next: `检查防火墙和安全组，放行本机到 ${host} 的连接` }
  }
  return { why: `连不上 ${host}（${code}）`, next: `检查防火墙、路由和代理，放行本机到 ${host} 的连接` }
}
