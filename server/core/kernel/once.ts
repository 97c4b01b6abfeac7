/** Does it when it is first asked for, and gives the same from then on; also a failure. */
export function once<Value>(work: () => Value): () => Value {
  let held: { value: Value } | undefined
  return () => {
    held ??= { value: work() }
    return held.value
  }
}

/** The same, for each key. */
export function onceEach<Key, Value>(work: (key: Key) => Value): (key: Key) => Value {
  const held = new Map<Key, Value>()
  return (key) => {
    const known = held.get(key)
    if (known !== undefined || held.has(key)) return known as Value // it is there
    const value = work(key)
    held.set(key, value)
    return value
  }
}
