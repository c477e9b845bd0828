// What measuring HTTP requests costs. Usage: node bench/http/http.ts [requests per round] [rounds]
import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'

const requests = Number(process.argv[2] ?? 2000)
const rounds = Number(process.argv[3] ?? 40)
const connections = 16

const names = [
  'bare',
  'routes only',
  'instrumentation-http',
  'instrumentation-http + instrumentation-express',
  'instrumentHttp',
  'instrumentHttp + countRequests',
  'measureHttp',
  'measureHttp + countRequests',
]

const peer = fileURLToPath(new URL('peer', import.meta.url))
if (!existsSync(`${peer}/node_modules`)) execFileSync('npm', ['ci', '--prefix', peer], { stdio: 'inherit' })

interface Variant {
  readonly name: string
  readonly child: ChildProcess
  readonly port: number
  readonly cpu: number[]
  readonly wall: number[]
  points: readonly string[]
}

const variants: Variant[] = []
for (const name of names) {
  const child = fork(new URL('server.ts', import.meta.url), [name])
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  variants.push({ name, child, port, cpu: [], wall: [], points: [] })
}
for (const { port, child } of variants) {
  for (let warmed = 0; warmed < 20_000; warmed += requests) await ask(port, requests)
  await used(child)
}
// In turns, so that whatever else this machine does meanwhile falls on all alike.
for (let round = 0; round < rounds; round++)
  for (const variant of variants) {
    await used(variant.child)
    const seconds = await ask(variant.port, requests)
    const { cpu, points } = await used(variant.child)
    variant.cpu.push(cpu / requests)
    variant.wall.push((seconds * 1e6) / requests)
    variant.points = points
  }

const [bare] = variants
console.log('| | CPU µs/request | above bare | requests/s |')
console.log('|---|---:|---:|---:|')
for (const { name, cpu, wall } of variants) {
  const above = quartile(cpu) - quartile(bare?.cpu ?? [])
  console.log(
    `| ${name} | ${quartile(cpu).toFixed(1)} | ${above.toFixed(1)} | ${(1e6 / quartile(wall)).toFixed(0)} |`,
  )
}
for (const { name, points } of variants) console.error(`${name}: ${points.join(', ')}`)
for (const { child } of variants) child.disconnect()

async function used(child: ChildProcess): Promise<{ cpu: number; points: readonly string[] }> {
  child.send('used')
  const [answer] = await once(child, 'message')
  return answer as { cpu: number; points: readonly string[] }
}

/** Asks on connections that are kept alive, one request at a time on each. @returns seconds */
async function ask(port: number, total: number): Promise<number> {
  const start = performance.now()
  await Promise.all(
    Array.from({ length: connections }, async (_, index) => {
      const socket = connect(port, '127.0.0.1').setNoDelay()
      let left = Math.ceil((total - index) / connections)
      const next = () => {
        if (left-- > 0) socket.write(`GET /repos/did:plc:${index}x${left} HTTP/1.1\r\nHost: bench\r\n\r\n`)
        else socket.end()
      }
      // Answers are short: each arrives in one piece.
      socket.on('data', next)
      next()
      await once(socket, 'close')
    }),
  )
  return (performance.now() - start) / 1000
}

/** The quarter of the rounds that was disturbed least ends here. */
function quartile(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 2] ?? Number.NaN
}
