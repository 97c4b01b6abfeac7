import { flushPromises } from '@vue/test-utils'

/** Finds things as people do: by role, label and words. Throws with what is on the screen when nothing fits. */
const nameOf = (element: Element): string => {
  const by = element.getAttribute('aria-labelledby')
  const label = by === null ? element.getAttribute('aria-label') : document.getElementById(by)?.textContent
  return (label ?? element.textContent ?? '').replace(/\s+/g, ' ').trim()
}

function all(selector: string, name: string | RegExp): HTMLElement[] {
  return [...document.body.querySelectorAll<HTMLElement>(selector)].filter((element) => {
    const own = nameOf(element)
    return typeof name === 'string' ? own === name : name.test(own)
  })
}

function one(selector: string, name: string | RegExp): HTMLElement {
  const [found] = all(selector, name)
  if (found === undefined) throw new Error(`no ${selector} named ${name} on the screen:\n${screenText()}`)
  return found
}

export const screenText = (): string => (document.body.textContent ?? '').replace(/\s+/g, ' ')

export const buttons = (name: string | RegExp): HTMLElement[] => all('button, [role=checkbox]', name)
export const button = (name: string | RegExp): HTMLButtonElement =>
  one('button, [role=checkbox]', name) as HTMLButtonElement
export const link = (name: string | RegExp): HTMLElement => one('a', name)
export const article = (name: string | RegExp): HTMLElement => one('article', name)

export const sheets = (): HTMLElement[] => all('[role=dialog]', /./)
export const sheet = (name: string): HTMLElement => one('[role=dialog]', name)

/** A button inside one card. */
export function buttonIn(card: HTMLElement, name: string | RegExp): HTMLButtonElement {
  const found = [...card.querySelectorAll('button')].find((element) =>
    typeof name === 'string' ? nameOf(element) === name : name.test(nameOf(element)),
  )
  if (found === undefined) throw new Error(`no button named ${name} in: ${card.textContent}`)
  return found
}

export async function click(element: HTMLElement): Promise<void> {
  element.click()
  await flushPromises()
}

export async function type(label: string, text: string): Promise<void> {
  const labelled = [...document.body.querySelectorAll<HTMLInputElement>('input, textarea')].find(
    (field) => field.getAttribute('aria-label') === label || field.closest('label')?.textContent?.includes(label),
  )
  if (labelled === undefined) throw new Error(`no field labelled ${label}`)
  labelled.value = text
  labelled.dispatchEvent(new Event('input'))
  await flushPromises()
}

/** The one that a thumb comes down on to send a form. */
export function submitButton(form: string): HTMLElement {
  const found = document.body.querySelector<HTMLElement>(`form[aria-label="${form}"] [type=submit]`)
  if (found === null) throw new Error(`no form ${form}`)
  return found
}

export async function submit(dialog: string): Promise<void> {
  const form = document.body.querySelector(`form[aria-label="${dialog}"]`)
  if (form === null) throw new Error(`no form ${dialog}`)
  form.dispatchEvent(new Event('submit', { cancelable: true }))
  await flushPromises()
}
