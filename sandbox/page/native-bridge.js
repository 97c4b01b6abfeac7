/* What a WeCom client puts into the page beside a chat: its name in the user agent, WeixinJSBridge, and that the page is hidden
   behind other windows. The native side is the desk's page, the frame's parent (bridge.js). `CLIENT` stands before this: see
   client-script.ts. In a window of its own there is no client, as in any other browser. */
;(() => {
  const desk = new URL(document.currentScript.src).origin
  if (window.parent === window || window.WeixinJSBridge !== undefined) return
  const tell = (message) => window.parent.postMessage({ wecom: 'page', ...message }, desk)
  tell({ what: 'loaded' })

  const agent = `${navigator.userAgent} wxwork/${CLIENT.version} MicroMessenger/7.0.1 Language/zh`
  Object.defineProperty(navigator, 'userAgent', { configurable: true, get: () => agent })

  let isHidden = false
  const inDocument = (name, is) => Object.defineProperty(document, name, { configurable: true, get: is })
  inDocument('visibilityState', () => (isHidden ? 'hidden' : 'visible'))
  inDocument('hidden', () => isHidden)

  const waiting = new Map()
  let count = 0
  window.addEventListener('message', ({ data, origin, source }) => {
    if (source !== window.parent || origin !== desk || data?.wecom !== 'native') return
    // Kept: what answers twice calls back twice.
    if (data.what === 'answer') waiting.get(data.id)?.(JSON.parse(data.result))
    if (data.what === 'seen') {
      isHidden = !data.isSeen
      document.dispatchEvent(new Event('visibilitychange'))
    }
  })

  function inject() {
    window.WeixinJSBridge = {
      invoke(name, params, callback) {
        const id = `${name} ${++count}`
        waiting.set(id, callback ?? (() => undefined))
        // Text is all that goes through the wall: what JSON cannot say does not arrive.
        tell({ what: 'invoke', id, name, params: JSON.stringify(params ?? {}), url: location.href.split('#')[0] })
      },
      on: () => undefined,
    }
    document.dispatchEvent(new Event('WeixinJSBridgeReady'))
  }
  if (CLIENT.injectedAfterMs > 0) setTimeout(inject, CLIENT.injectedAfterMs)
  else inject()
})()
