import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { runCli } from '@tidegauge/tools/cli'
import { createTestTerminal } from '../../tools/cli/testing/test-terminal.ts'
import { commandsOf } from './table.ts'

const program = { name: 'tidegauge', version: '1.2.3', about: 'About.' }
const commands = commandsOf(program)

async function run(...args: readonly string[]) {
  const { terminal, written } = createTestTerminal()
  const code = await runCli(args, { program, commands, terminal })
  return { code, ...written }
}

describe('the completion of bash', () => {
  const dir = mkdtempSync(join(tmpdir(), 'completion-'))
  const script = join(dir, 'completion.bash')
  before(async () => {
    writeFileSync(script, (await run('completion', 'bash')).out)
    mkdirSync(join(dir, 'a folder'))
    writeFileSync(join(dir, 'a file.yaml'), '')
  })
  after(() => rmSync(dir, { recursive: true, force: true }))

  /** What bash offers for the last of these words, which readline has parted as it does. */
  function complete(...words: readonly string[]): readonly string[] {
    const asked = `compopt() { :; }; source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); COMPREPLY=()
_tidegauge || true
printf '%s\\n' "\${COMPREPLY[@]}"`
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['--norc', '-c', asked, 'bash', script, 'tidegauge', ...words],
      { cwd: dir, encoding: 'utf8' },
    )
    assert.deepEqual([status, stderr], [0, ''])
    return stdout.split('\n').filter((word) => word !== '')
  }

  const cases: readonly (readonly [words: readonly string[], offered: readonly string[]])[] = [
    [['se'], ['serve', 'search']],
    [['--v'], ['--version']],
    [
      ['repos', ''],
      ['track', 'untrack'],
    ],
    [['repos', 'un'], ['untrack']],
    [['repos', '--st'], ['--status']],
    [
      ['repos', '--status', 'de'],
      ['desync', 'deactivated', 'deleted'],
    ],
    [
      ['repos', 'track', '--'],
      ['--json', '--data', '--api', '--token', '--help'],
    ],
    [['repos', 'track', ''], []],
    [
      ['serve', '--verify', ''],
      ['full', 'signature', 'none'],
    ],
    [
      ['serve', '--verify', '='],
      ['full', 'signature', 'none'],
    ],
    [['serve', '--verify', '=', 'si'], ['signature']],
    [['serve', '--port', ''], []],
    [['serve', '--strict', '--log'], ['--log-level']],
    [['serve', '--data', 'a'], ['a folder']],
    [
      ['config', 'check', 'a'],
      ['a folder', 'a file.yaml'],
    ],
    [['completion', 'z'], ['zsh']],
    [['help', 'dash'], ['dashboards']],
    [
      ['help', 'dashboards', ''],
      ['render', 'update'],
    ],
    [['none', '--'], []],
  ]
  for (const [words, offered] of cases)
    it(`offers ${offered.join(' ') || 'nothing'} for ${words.join(' ')}|`, () => {
      assert.deepEqual([...complete(...words)].sort(), [...offered].sort())
    })

  it('offers each flag that the help of a command names, and no other', async () => {
    for (const { name } of commands) {
      const { out } = await run('help', ...name.split(' '))
      const named = [...out.matchAll(/^ +(--[a-z-]+)\b.*? {2}/gm)].map(([, flag]) => flag)
      const offered = complete(...name.split(' '), '--').filter((flag) => flag !== '--help')
      if (name !== 'config print') assert.deepEqual([...offered].sort(), [...new Set(named)].sort(), name)
      else assert.ok(offered.includes('--json') && offered.includes('--relay'))
    }
  })
})

describe('completion', () => {
  for (const shell of ['bash', 'zsh', 'fish'])
    it(`is written for ${shell}, with every command and flag`, async () => {
      const { code, out } = await run('completion', shell)
      assert.equal(code, 0)
      for (const { name, load } of commands) {
        for (const word of name.split(' ')) assert.ok(out.includes(word), word)
        for (const flag of Object.keys((await load(commands)).flags ?? {}))
          assert.ok(out.includes(flag), flag)
      }
    })

  for (const args of [[], ['tcsh'], ['bash', 'zsh'], ['constructor']])
    it(`refuses ${args.join(' ') || 'no shell'}, and names those there are`, async () => {
      const { code, err } = await run('completion', ...args)
      assert.equal(code, 2)
      assert.match(err, /takes the name of a shell.*: tidegauge completion bash\|zsh\|fish$/m)
    })
})

describe('the table of commands', () => {
  it('says what --json prints for each command that has it, and has it wherever something is printed', async () => {
    const silent = ['serve', 'completion', 'mcp']
    for (const { name, load } of commands) {
      const { flags = {}, json } = await load(commands)
      assert.deepEqual([json !== undefined, 'json' in flags], Array(2).fill(!silent.includes(name)), name)
    }
  })
})
