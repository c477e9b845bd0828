import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'

/**
 * Runs a program with a folder as its argument, to its end or, when it is to be killed, for so long after the first that
 * it prints.
 */
export async function runFor(program: URL, dir: string, killAfterMs?: number): Promise<void> {
  const child = spawn(process.execPath, [program.pathname, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  if (killAfterMs !== undefined) {
    await setTimeout(killAfterMs)
    child.kill('SIGKILL')
  }
  const [code] = await ended
  if (killAfterMs === undefined) assert.equal(code, 0)
}
