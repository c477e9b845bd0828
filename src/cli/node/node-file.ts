import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '@tidegauge/otel/usage-error'
import type { Addresses } from '../../serve.ts'

/** What a running node says of itself in its data folder, for commands on the same machine. */
export interface NodeFile {
  readonly pid: number
  readonly version: string
  /** Address of its API, as this machine reaches it. */
  readonly api: string
  /** Address of its scrape endpoint; null where there is none. */
  readonly metrics: string | null
  readonly startedAt: string
}

/** Says where this node can be asked, until it is disposed. A node that is killed leaves the file; see `readNodeFile`. */
export async function writeNodeFile(
  dir: string,
  { api, metrics, version }: Addresses & { readonly version: string },
): Promise<AsyncDisposable> {
  const file: NodeFile = {
    pid: process.pid,
    version,
    api: fromThisMachine(api).origin,
    metrics: metrics === undefined ? null : fromThisMachine(new URL(metrics)).href,
    startedAt: new Date().toISOString(),
  }
  const path = join(dir, fileName)
  // Renamed into its place, so that nobody reads half of it.
  await writeFile(`${path}.new`, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) }
}

/**
 * @returns undefined where no node has written one, or the process that did is gone.
 * @throws {UsageError} when the node is another user's.
 */
export async function readNodeFile(dir: string): Promise<NodeFile | undefined> {
  const path = join(dir, fileName)
  try {
    const file: NodeFile = JSON.parse(await readFile(path, 'utf8'))
    return URL.canParse(file.api) && isAlive(file.pid) ? file : undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (error instanceof SyntaxError || code === 'ENOENT') return undefined
    throw new UsageError(`${path} cannot be read (${code}): name the node that runs there with --api`, {
      cause: error,
    })
  }
}

const fileName = 'node.json'

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It is there, and another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A listener on every address of the machine is reached from it on loopback. */
function fromThisMachine(url: URL): URL {
  const reached = new URL(url)
  if (url.hostname === '0.0.0.0') reached.hostname = '127.0.0.1'
  if (url.hostname === '[::]') reached.hostname = '[::1]'
  return reached
}
