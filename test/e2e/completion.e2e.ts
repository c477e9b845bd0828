import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { tidegauge } from './harness/command.ts'
import { debianProgram } from './setup/debian.ts'

/** What is typed, and what the line is once a shell has completed it as far as it can. */
const lines = [
  ['tidegauge comp', 'tidegauge completion'],
  ['tidegauge repos un', 'tidegauge repos untrack'],
  ['tidegauge repos --status des', 'tidegauge repos --status desync'],
  ['tidegauge serve --verify=si', 'tidegauge serve --verify=signature'],
  ['tidegauge repos track --js', 'tidegauge repos track --json'],
  ['tidegauge config check /etc/hostn', 'tidegauge config check /etc/hostname'],
] as const

describe('the completion of a shell that somebody types into', { timeout: 120_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'tidegauge-completion-'))
  const scripts = { bash: join(dir, 'bash'), zsh: join(dir, 'zsh'), fish: join(dir, 'fish') }
  before(async () => {
    await debianProgram('zsh')
    await debianProgram('fish')
    for (const [shell, file] of Object.entries(scripts))
      writeFileSync(file, (await tidegauge('completion', shell)).stdout)
  })
  after(() => rmSync(dir, { recursive: true, force: true }))

  for (const [typed, completed] of lines) {
    it(`makes "${completed}" of "${typed}" in bash`, () => {
      type(['bash', '--norc', '-i'], { setup: `source ${scripts.bash}`, typed, completed })
    })

    it(`makes "${completed}" of "${typed}" in zsh`, () => {
      const setup = `autoload -Uz compinit; compinit -u -d ${join(dir, 'dump')}; source ${scripts.zsh}`
      type(['zsh', '-f', '-i'], { setup, typed, completed })
    })

    it(`offers "${completed}" for "${typed}" in fish`, () => {
      const asked = `source ${scripts.fish}; complete -C '${typed}'`
      const offered = execFileSync('fish', ['--no-config', '-c', asked], { encoding: 'utf8', cwd: dir })
      assert.ok(
        offered.split('\n').some((line) => line.split('\t')[0] === completed.split(' ').at(-1)),
        offered,
      )
    })
  }
})

interface Line {
  readonly setup: string
  readonly typed: string
  readonly completed: string
}

/** Types a line and a tab into a shell on a terminal of its own. @throws what it shows, unless it completes the line. */
function type(shell: readonly string[], { setup, typed, completed }: Line): void {
  execFileSync('python3', ['-c', onTerminal, setup, typed, completed, ...shell], {
    encoding: 'utf8',
    timeout: 30_000,
    env: { PATH: process.env.PATH, HOME: tmpdir(), TERM: 'dumb', PS1: '> ' },
  })
}

/** Reads until the shell has shown what is waited for, however slow it is. */
const onTerminal = `
import os, pty, select, signal, sys
setup, typed, completed, *shell = sys.argv[1:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(shell[0], shell)
def until(text):
    shown = b''
    while text.encode() not in shown:
        ready, _, _ = select.select([fd], [], [], 15)
        if not ready: sys.exit('no answer: %r' % shown)
        shown += os.read(fd, 65536)
os.write(fd, (setup + "; echo rea''dy\\n").encode())
until('ready')
# Some shells tell what a flag is for before they complete it.
os.write(fd, typed.encode() + b'\\t\\t')
until(completed)
os.kill(pid, signal.SIGKILL)
`
