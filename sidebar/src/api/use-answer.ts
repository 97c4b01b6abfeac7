import { getCurrentScope, onScopeDispose, type Ref, readonly, shallowRef, watch } from 'vue'
import { ApiError } from './api-error.ts'

/** Milliseconds after which a pending question is called slow. */
const SLOW_MS = 2_000
/** Milliseconds after which a question that failed quietly is asked once more. */
const QUIET_RETRY_MS = 5_000

export interface AnswerOptions<Answer> {
  /** Earlier answers, shown at once while the new one is on its way. */
  cache?: { get(key: string): Answer | undefined; set(key: string, answer: Answer): void; delete(key: string): void }
  slowMs?: number
  /** Whenever it gives another value, the question is asked again quietly: nothing shows that it is on its way, a failure
   *  leaves the last answer and is tried again, and an answer that says the same changes nothing. */
  again?: () => unknown
}

/** Asks again whenever `key` changes and keeps the newest answer only: one that comes after the key has changed is
 *  ignored and its request is aborted. No key, no question. */
export function useAnswer<Answer>(
  key: () => string | undefined,
  ask: (key: string, signal: AbortSignal) => Promise<Answer>,
  options: AnswerOptions<Answer> = {},
) {
  const data: Ref<Answer | undefined> = shallowRef()
  const error = shallowRef<ApiError>()
  const loading = shallowRef(false)
  const slow = shallowRef(false)
  let asked = 0
  let isAskingQuietly = false
  /** Another value came while a question was under way, whose answer may be older. */
  let isOutdated = false
  let retry: ReturnType<typeof setTimeout> | undefined
  let controller: AbortController | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  async function question(current: string): Promise<void> {
    const number = ++asked
    controller?.abort()
    controller = new AbortController()
    isOutdated = false
    clearTimeout(retry)
    loading.value = true
    slow.value = false
    clearTimeout(timer)
    timer = setTimeout(() => {
      slow.value = true
    }, options.slowMs ?? SLOW_MS)
    try {
      const answer = await ask(current, controller.signal)
      if (number !== asked) return
      keep(current, answer)
    } catch (caught) {
      if (number !== asked) return
      const refusal = caught instanceof ApiError ? caught : new ApiError(0, 'unexpected', '页面出了点问题，请重试')
      refuse(current, refusal)
      if (refusal.mayPass) retryLater()
    }
    clearTimeout(timer)
    loading.value = false
    slow.value = false
    if (isOutdated) void askQuietly()
  }

  async function askQuietly(): Promise<void> {
    const current = key()
    if (current === undefined) return
    if (loading.value || isAskingQuietly) {
      isOutdated = true
      return
    }
    const number = asked
    isOutdated = false
    clearTimeout(retry)
    const quiet = new AbortController()
    controller = quiet
    isAskingQuietly = true
    try {
      const answer = await ask(current, quiet.signal)
      if (number === asked) keep(current, answer)
    } catch (caught) {
      const isRefusal = caught instanceof ApiError && (caught.isNotYours || caught.isLoginNeeded)
      if (number === asked && isRefusal) refuse(current, caught)
      if (number === asked && (!isRefusal || caught.mayPass)) retryLater()
    } finally {
      isAskingQuietly = false
    }
    if (isOutdated) void askQuietly()
  }

  /** Heals untouched: at the latest after some seconds, at once when the network is back. */
  function retryLater(): void {
    clearTimeout(retry)
    retry = setTimeout(() => {
      if (document.visibilityState === 'visible') void askQuietly()
      else retryLater()
    }, QUIET_RETRY_MS)
  }

  function keep(current: string, answer: Answer): void {
    error.value = undefined
    if (JSON.stringify(answer) === JSON.stringify(data.value)) return
    data.value = answer
    options.cache?.set(current, answer)
  }

  function refuse(current: string, refusal: ApiError): void {
    // What may no longer be seen must not stay on the screen.
    if (refusal.isNotYours || refusal.isLoginNeeded) {
      data.value = undefined
      options.cache?.delete(current)
    }
    error.value = refusal
  }

  function stop(): void {
    asked += 1
    isOutdated = false
    controller?.abort()
    clearTimeout(timer)
    clearTimeout(retry)
    loading.value = false
    slow.value = false
  }

  watch(
    key,
    (current) => {
      error.value = undefined
      data.value = current === undefined ? undefined : options.cache?.get(current)
      if (current === undefined) stop()
      else void question(current)
    },
    { immediate: true },
  )
  if (options.again !== undefined) watch(options.again, () => void askQuietly())
  onNetworkBack(() => void askQuietly())
  if (getCurrentScope()) onScopeDispose(stop)

  return {
    data: readonly(data) as Readonly<Ref<Answer | undefined>>,
    error: readonly(error) as Readonly<Ref<ApiError | undefined>>,
    loading: readonly(loading),
    slow: readonly(slow),
    /** Asks the same question again. With nothing to show, it is seen to be on its way. */
    reload: async (): Promise<void> => {
      const current = key()
      if (current === undefined) return
      if (data.value === undefined) error.value = undefined
      await question(current)
    },
  }
}

/** For the life of the scope. */
function onNetworkBack(work: () => void): void {
  if (!getCurrentScope()) return
  window.addEventListener('online', work)
  onScopeDispose(() => window.removeEventListener('online', work))
}
