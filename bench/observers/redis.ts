import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposableSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

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

/** What a running process has used so far: the 14th and 15th field, in ticks (proc_pid_stat(5)). */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}
