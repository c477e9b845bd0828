/** What is stored of a repo, path by path, in few bytes: made on one thread, read on another. */
export class StoredEntries {
  #bytes = Buffer.alloc(0)
  #length = 0
  count = 0

  /** @param path `collection/rkey` @param cid as text */
  add(path: string, cid: string): void {
    const line = `${path} ${cid}\n`
    if (this.#length + line.length > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, line.length, smallest))
      grown.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = grown
    }
    this.#length += this.#bytes.write(line, this.#length, 'latin1')
    this.count++
  }

  /** What was added, for `readStoredEntries`. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length)
  }
}

/** Brings back what `StoredEntries` holds: the CID of each path, as text. */
export function readStoredEntries(bytes: Uint8Array): Map<string, string> {
  const entries = new Map<string, string>()
  // Paths and CIDs are pieces of this one text, which takes half of the memory that texts of their own would.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  for (let at = 0; at < text.length; ) {
    const space = text.indexOf(' ', at)
    const end = text.indexOf('\n', space)
    entries.set(text.slice(at, space), text.slice(space + 1, end))
    at = end + 1
  }
  return entries
}

const smallest = 1 << 12
