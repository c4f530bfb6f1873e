/** Writes that can be taken back: each is noted with what undoes it. */

/** Undoes of the writes since the last {@link takeNotes}. */
export interface Journal {
  undos: (() => void)[]
}

/** Sets a field. */
export function set<T extends object, K extends keyof T>({ undos }: Journal, object: T, key: K, value: T[K]): void {
  const before = object[key]
  if (before === value) return
  undos.push(() => {
    object[key] = before
  })
  object[key] = value
}

/** Sets an entry of a map. */
export function put<K, V>({ undos }: Journal, map: ReadonlyMap<K, V>, key: K, value: V): void {
  const target = map as Map<K, V>
  const before = target.get(key)
  undos.push(() => {
    if (before === undefined) target.delete(key)
    else target.set(key, before)
  })
  target.set(key, value)
}

/** Adds to the end of a list. */
export function push({ undos }: Journal, list: number[], value: number): void {
  undos.push(() => list.pop())
  list.push(value)
}

/** Removes the last of a list. */
export function pop({ undos }: Journal, list: number[]): void {
  const last = list.pop()!
  undos.push(() => list.push(last))
}

/** What undoes the writes so far, last first; the journal is empty then. */
export function takeNotes(journal: Journal): () => void {
  const { undos } = journal
  journal.undos = []
  return () => {
    for (let index = undos.length - 1; index >= 0; index--) undos[index]!()
  }
}
