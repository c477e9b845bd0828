import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { UsageError } from '@tidegauge/otel/usage-error'
import { type Flag, serverAddress, text } from '@tidegauge/tools/cli'
import { FolderInUseError } from '../../model/errors.ts'
import { type ApiClient, connectApi, UnreachableNode } from './api-client.ts'
import { readNodeFile } from './node-file.ts'

/** Flags of every command that touches data. */
export const nodeFlags = {
  data: { argument: 'DIR', help: 'Data folder of the node, which need not run. [./data]', read: text },
  api: {
    argument: 'URL',
    help: 'Address of a running node, this machine or not, instead of --data.',
    read: serverAddress(['https:', 'http:']),
  },
  token: {
    argument: 'TOKEN',
    help: 'Bearer token of the node; better given as TIDEGAUGE_TOKEN.',
    read: text,
    secret: true,
  },
} as const satisfies Record<string, Flag>

export interface NodePlace {
  readonly data?: string | undefined
  readonly api?: URL | undefined
  readonly token?: string | undefined
}

/**
 * Asks the node at `api`, or the one that runs on the folder `data`; where none runs, the folder itself answers, by
 * the same API. Whether one runs is told by its lock, which ends with the process, and not by the file it leaves.
 *
 * @throws {UsageError} when there is neither a node nor a data folder.
 */
export async function withNode<Result>(
  {
    data = process.env.TIDEGAUGE_DATA || './data',
    api,
    token = process.env.TIDEGAUGE_TOKEN || undefined,
  }: NodePlace,
  ask: (client: ApiClient) => Promise<Result>,
): Promise<Result> {
  if (api !== undefined) return ask(connectApi(api, token))
  await requireData(data)
  for (const deadline = performance.now() + startingMs; ; await sleep(100)) {
    try {
      // Loaded here, as a node that runs leaves no use for it.
      const { serveStored } = await import('../../serve-stored.ts')
      await using stored = await serveStored(data)
      return await ask(connectApi(stored.url, stored.token))
    } catch (error) {
      if (!(error instanceof FolderInUseError)) throw error
    }
    const file = await readNodeFile(data)
    try {
      if (file) return await ask(connectApi(new URL(file.api), token))
    } catch (error) {
      if (!(error instanceof UnreachableNode) || performance.now() > deadline) throw error
    }
    if (performance.now() > deadline)
      throw new UsageError(`a node runs on ${data} and does not say where its API is: name it with --api`)
  }
}

/** @throws {UsageError} when nothing was ever kept there, or this user may not see it. */
async function requireData(dir: string): Promise<void> {
  try {
    await stat(join(dir, 'tidegauge.db'))
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException
    const fault =
      code === 'ENOENT'
        ? `nothing is kept in ${dir}: start tidegauge serve, or name`
        : code === 'ENOTDIR'
          ? `the data folder ${dir} is a file: name`
          : `the data folder ${dir} cannot be read (${code}): let this user in, or name`
    throw new UsageError(`${fault} another folder with --data or a node with --api`, { cause })
  }
}

/** How long a node that has the folder may take until it listens. */
const startingMs = 10_000
