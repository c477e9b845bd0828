import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from '../free-port.ts'

export interface Redis extends AsyncDisposable {
  readonly port: number
  readonly pid: number
}

/** Starts an empty Redis that writes its log to the disk every second, as SQLite's write-ahead log may be. */
export async function startRedis(): Promise<Redis> {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'bench-redis-'))
  const port = await freePort()
  const options = `--port ${port} --bind 127.0.0.1 --dir ${folder.path} --appendonly yes --appendfsync everysec`
  const child = spawn('redis-server', [...options.split(' '), '--save', ''], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child, 'spawn').catch((cause: unknown) => {
    throw new Error('redis-server cannot be started: install it, such as with apt-get install redis-server', {
      cause,
    })
  })
  for await (const line of createInterface({ input: child.stdout }))
    if (line.includes('Ready to accept')) break
  child.stdout.resume()
  return {
    port,
    pid: child.pid as number,
    async [Symbol.asyncDispose]() {
      child.kill()
      await once(child, 'exit')
      folder.remove()
    },
  }
}
