/** A few values per key, in order of arrival. What `get` gave never changes. Most keys have one value, held without a list of its own: at half a million keys that
 *  is most of the memory. */
export class FewPerKey<V extends string | object> {
  readonly #held = new Map<string, V | V[]>()

  get(key: string): readonly V[] {
    const held = this.#held.get(key)
    if (held === undefined) return []
    return Array.isArray(held) ? held : [held]
  }

  /** Adding a value twice changes nothing. */
  add(key: string, value: V): void {
    const held = this.#held.get(key)
    if (held === undefined) this.#held.set(key, value)
    else if (!Array.isArray(held)) {
      if (held !== value) this.#held.set(key, [held, value])
    } else if (!held.includes(value)) this.#held.set(key, [...held, value])
  }

  delete(key: string, value: V): void {
    const rest = this.get(key).filter((other) => other !== value)
    const [first] = rest
    if (first === undefined) this.#held.delete(key)
    else this.#held.set(key, rest.length === 1 ? first : rest)
  }
}
