import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/**
 * Finds a program on the PATH that is new enough, by what it answers to `--version`.
 *
 * @param minimum the oldest version that will do, such as `0.155`.
 */
export async function findProgram(name: string, minimum: string): Promise<string | undefined> {
  const version = await output(name, ['--version'])
  const found = version?.match(/version v?(\d+)\.(\d+)/)
  if (!found) return undefined
  const [major = 0, minor = 0] = minimum.split('.').map(Number)
  const newEnough = Number(found[1]) > major || (Number(found[1]) === major && Number(found[2]) >= minor)
  return newEnough ? (await output('sh', ['-c', `command -v ${name}`]))?.trim() : undefined
}

/** Finds a Collector on the PATH that has what our configuration uses; the core distribution has not. */
export async function findCollector(): Promise<string | undefined> {
  for (const name of ['otelcol', 'otelcol-contrib']) {
    const path = await findProgram(name, '0.155')
    const components = path && (await output(path, ['components']))
    if (components && needed.every((component) => components.includes(`name: ${component}\n`))) return path
  }
  return undefined
}

const needed = ['forward', 'file_storage', 'health_check', 'prometheus_remote_write']

async function output(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args)
    return stdout + stderr
  } catch {
    return undefined
  }
}
