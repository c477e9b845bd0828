import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getuid } from 'node:process'

/** A folder on a small disk of its own, in memory. Mounting needs root, or sudo that asks for no password. */
export class MountedFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'tidegauge-disk-'))

  constructor(sizeMb: number) {
    asRoot('mount', '-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=1777`, 'tidegauge-test', this.path)
  }

  /** Takes all the room that is left. */
  fill(): void {
    const megabyte = Buffer.alloc(2 ** 20)
    try {
      for (;;) writeFileSync(this.#ballast, megabyte, { flag: 'a' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }

  empty(): void {
    rmSync(this.#ballast)
  }

  [Symbol.dispose](): void {
    asRoot('umount', this.path)
    rmdirSync(this.path)
  }

  get #ballast(): string {
    return join(this.path, 'ballast')
  }
}

/** Makes a folder read-only for whoever opens something in it; what is open stays so. */
export function mountReadOnly(path: string): Disposable {
  asRoot('mount', '--bind', path, path)
  asRoot('mount', '-o', 'remount,bind,ro', path)
  return { [Symbol.dispose]: () => asRoot('umount', path) }
}

function asRoot(...command: [string, ...string[]]): void {
  const [name, ...args] = getuid?.() === 0 ? command : (['sudo', '-n', ...command] as const)
  execFileSync(name, args, { stdio: ['ignore', 'ignore', 'inherit'] })
}
