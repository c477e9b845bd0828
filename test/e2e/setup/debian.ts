import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/**
 * Installs a Debian package, unless its program is there.
 *
 * @returns the path of the program.
 * @throws {Error} when it cannot be installed; the message says what to do.
 */
export async function debianProgram(
  program: string,
  { package: name = program, onInstall = () => {} }: { package?: string; onInstall?: () => void } = {},
): Promise<string> {
  const path = await whereIs(program)
  if (path) return path
  const command = `apt-get install ${name}`
  if (process.getuid?.() !== 0 || !(await whereIs('apt-get')))
    throw new Error(`${program} is not on the PATH. Install it (Debian: ${command}).`)
  onInstall()
  const apt = (...args: string[]) =>
    execute('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  const install = async () => {
    await apt('update')
    await apt('install', '--no-install-recommends', name)
  }
  try {
    underWay = underWay.then(install, install)
    await underWay
  } catch (cause) {
    const { stderr } = cause as { stderr?: string }
    throw new Error(`${command} failed: ${stderr?.trim().split('\n').at(-1)}`, { cause })
  }
  const installed = await whereIs(program)
  if (!installed) throw new Error(`${name} was installed, but ${program} is not on the PATH.`)
  return installed
}

/** One at a time: the lock on the lists of packages is refused at once, whatever `DPkg::Lock::Timeout` says. */
let underWay: Promise<unknown> = Promise.resolve()

async function whereIs(program: string): Promise<string | undefined> {
  const { stdout } = await execute('sh', ['-c', `command -v ${program}`]).catch(() => ({ stdout: '' }))
  return stdout.trim() || undefined
}
