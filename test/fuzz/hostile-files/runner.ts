import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { ownCatalog } from '../../../src/cli/own-catalog.ts'
import { commandsOf } from '../../../src/cli/table.ts'
import { type Program, runCli } from '../../../tools/cli/cli.ts'

// Runs commands that its parent process sends, one after the other, as `tidegauge` itself would.

/** A command in its folder. */
export interface Job {
  readonly folder: string
  readonly args: readonly string[]
  readonly configuration: string | undefined
}

export interface Ended {
  readonly exitCode: number
  /** What it said about the work. */
  readonly err: string
  /** Characters of what was asked for. */
  readonly outLength: number
  /** Time on the processor, and by the clock. */
  readonly cpuMs: number
  readonly wallMs: number
  /** The most that the process has ever had. */
  readonly maxRssBytes: number
}

const program: Program = { name: 'tidegauge', version: '1.0.0', about: '', own: ownCatalog }
const commands = commandsOf(program)
let folder = ''

const server = createServer(
  (request, response) => void answer(request, response).catch(() => response.destroy()),
)
server.listen(0, '127.0.0.1', () => process.send?.('ready'))

// The server alone would keep it running when the campaign is gone.
process.on('disconnect', () => process.exit())
process.on('message', async (job: Job) => process.send?.(await run(job)))

async function run({ args, configuration, ...job }: Job): Promise<Ended> {
  folder = job.folder
  process.chdir(folder)
  if (configuration === undefined) delete process.env.OTEL_CONFIG_FILE
  else process.env.OTEL_CONFIG_FILE = configuration
  const { port } = server.address() as AddressInfo
  const [cpu, begunMs] = [process.cpuUsage(), performance.now()]
  let err = ''
  let outLength = 0
  const exitCode = await runCli(
    args.map((word) => word.replace('PROMETHEUS', `http://127.0.0.1:${port}`)),
    {
      program,
      commands,
      terminal: {
        isInteractive: false,
        out: (text) => {
          outLength += text.length
        },
        err: (text) => {
          err += text
        },
      },
    },
  )
  const { user, system } = process.cpuUsage(cpu)
  const wallMs = performance.now() - begunMs
  const maxRssBytes = process.resourceUsage().maxRSS * 1024
  return { exitCode, err, outLength, cpuMs: (user + system) / 1000, wallMs, maxRssBytes }
}

/** A Prometheus that says the same to everybody. */
async function answer({ url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await readFile(join(folder, 'answers.json'), 'utf8')
  const path = /^\/api\/v1\/(\w+)/.exec(url)?.[1] ?? ''
  response.setHeader('content-type', 'application/json')
  try {
    response.end(JSON.stringify({ status: 'success', data: JSON.parse(text)[path] }))
  } catch {
    response.end(text)
  }
}
