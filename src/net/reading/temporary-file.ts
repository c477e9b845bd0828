import { closeSync, globSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'

/**
 * A file that is gone when it is closed, or its process ends. Its name is taken out of the folder at once, where the
 * system allows that; what is left elsewhere `removeTemporaryFiles` removes.
 */
export class TemporaryFile implements Disposable {
  readonly #path: string
  readonly #file: number
  #isRemoved: boolean

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true })
    this.#path = join(folder, `${process.pid}-${threadId}-${++opened}${ending}`)
    this.#file = openSync(this.#path, 'wx+', 0o600)
    this.#isRemoved = remove(this.#path)
  }

  write(bytes: Uint8Array, position: number): void {
    for (let at = 0; at < bytes.length; )
      at += writeSync(this.#file, bytes, at, bytes.length - at, position + at)
  }

  /** @returns how many bytes were read: less than asked for only at the end of the file. */
  read(into: Uint8Array, position: number): number {
    let at = 0
    while (at < into.length) {
      const bytes = readSync(this.#file, into, at, into.length - at, position + at)
      if (bytes === 0) break
      at += bytes
    }
    return at
  }

  [Symbol.dispose](): void {
    closeSync(this.#file)
    if (!this.#isRemoved) this.#isRemoved = remove(this.#path)
  }
}

/** Removes what processes have left in a folder that did not end well. No other process may be using it. */
export function removeTemporaryFiles(folder: string): void {
  for (const name of globSync(`*${ending}`, { cwd: folder })) rmSync(join(folder, name), { force: true })
}

const ending = '.blocks'
let opened = 0

function remove(path: string): boolean {
  try {
    rmSync(path)
    return true
  } catch {
    // Some systems keep the names of open files.
    return false
  }
}
