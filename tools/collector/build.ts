import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'

/** What can be built from the manifest's Go module: the Collector, and the Prometheus that its scraper is made of. */
export type Program = keyof typeof packages

const packages = {
  otelcol: '.',
  prometheus: 'github.com/prometheus/prometheus/cmd/prometheus',
  promtool: 'github.com/prometheus/prometheus/cmd/promtool',
} as const

export const collectorVersion = '0.155.0'

export interface BuildOptions {
  /** Where what was built is kept, in a folder for each state of the manifest. @default '~/.cache/tidegauge' */
  readonly cacheDir?: string
  /** Called once before the build begins, which takes minutes. */
  readonly onBuild?: (programs: readonly Program[]) => void
}

/**
 * Builds the programs that are not in the cache yet. May be broken off at any time, and run several times at once:
 * a program appears under its name only when it is whole.
 *
 * @returns the path of each program.
 * @throws {Error} when Go is missing or the build fails; the message says what to do.
 */
export async function build<Name extends Program>(
  programs: readonly Name[],
  { cacheDir = join(homedir(), '.cache', 'tidegauge'), onBuild = () => {} }: BuildOptions = {},
): Promise<Record<Name, string>> {
  const home = join(cacheDir, `collector-${await fingerprint()}`)
  const paths = programs.map((program) => [program, join(home, program)] as const)
  const missing: Name[] = []
  for (const [program, path] of paths) if (!(await exists(path))) missing.push(program)
  if (missing.length > 0) {
    await requireGo()
    onBuild(missing)
    await mkdir(home, { recursive: true })
    await compile(missing, home)
  }
  return Object.fromEntries(paths) as Record<Name, string>
}

/** Writes the Collector's main package, as the manifest wants it, into a folder. */
export async function generateSources(folder: string): Promise<void> {
  await copyFile(source('manifest.yaml'), join(folder, 'manifest.yaml'))
  const builder = `go.opentelemetry.io/collector/cmd/builder@v${collectorVersion}`
  await run(
    'go',
    ['run', builder, '--config=manifest.yaml', '--skip-compilation', '--skip-get-modules'],
    folder,
  )
}

export async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  await promisify(execFile)(command, args, { cwd, maxBuffer: 64 << 20 }).catch((cause) => {
    const lines = String(cause.stderr ?? cause.message)
      .trim()
      .split('\n')
    throw new Error([`${command} ${args[0]} failed:`, ...lines.slice(-12)].join('\n'), { cause })
  })
}

export const source = (file: string) => join(import.meta.dirname, file)

async function compile(programs: readonly Program[], home: string): Promise<void> {
  const work = await mkdtemp(join(home, 'build-'))
  try {
    await generateSources(work)
    for (const file of ['go.mod', 'go.sum']) await copyFile(source(file), join(work, file))
    const targets = programs.map((program) => packages[program])
    await run('go', ['build', ...flags, '-o', 'bin/', ...targets], work)
    for (const program of programs) await rename(join(work, 'bin', program), join(home, program))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Without the discovery of targets in clouds, which nothing here uses, the build takes half the time. */
const flags = ['-trimpath', '-buildvcs=false', '-tags=grpcnotrace,remove_all_sd', '-ldflags=-s -w']

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256').update(flags.join())
  for (const file of ['manifest.yaml', 'go.mod', 'go.sum']) hash.update(await readFile(source(file)))
  return hash.digest('hex').slice(0, 12)
}

async function requireGo(): Promise<void> {
  const found = await promisify(execFile)('go', ['version']).catch(() => undefined)
  if (found) return
  throw new Error(
    `Go is not on the PATH. Install Go 1.25 or later (https://go.dev/dl), or take otelcol-contrib ${collectorVersion} and put it on the PATH.`,
  )
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

if (import.meta.main) {
  const { values } = parseArgs({ options: { cache: { type: 'string' } } })
  const { otelcol } = await build(['otelcol'], {
    cacheDir: values.cache,
    onBuild: () => console.error('Building the Collector; this takes some minutes the first time …'),
  })
  console.log(otelcol)
}
