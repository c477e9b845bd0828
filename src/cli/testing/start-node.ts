import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(import.meta.resolve('../../main.ts'))

export interface TestNodeOptions {
  readonly token: string
  /** Events of the demo network in a second. @default 0 */
  readonly demoRate?: number
}

/** Starts a node on free ports, and waits until it says where it listens. */
export async function startNode(
  data: string,
  { token, demoRate = 0 }: TestNodeOptions,
): Promise<ChildProcess> {
  const rate = ['--demo-rate', String(demoRate)]
  const args = ['serve', '--data', data, '--port', '0', '--metrics-port', '0', ...rate]
  const env = { ...process.env, TIDEGAUGE_TOKEN: token }
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream }))
    if (line.startsWith('  data')) return child
  throw new Error('the node ended before it listened')
}
