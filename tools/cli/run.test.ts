import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UsageError } from '@tidegauge/otel/usage-error'
import type { Command, CommandEntry } from './command.ts'
import { runCli } from './run.ts'
import { createTestTerminal, testProgram } from './testing/test-terminal.ts'

const ran: string[] = []
const loaded: string[] = []

function entry(name: string, summary: string, command: Command): CommandEntry {
  return {
    name,
    summary,
    load: async () => {
      loaded.push(name)
      return command
    },
  }
}

const commands: readonly CommandEntry[] = [
  entry('serve', 'Run the whole sync service in one process.', {
    synopsis: '[FLAGS]',
    details: () => 'Flags:\n  --port PORT',
    examples: [{ type: 'serve', toDo: 'Show it.' }],
    async run(args) {
      ran.push(['serve', ...args].join(' '))
      return 0
    },
  }),
  entry('config check', 'Check.', {
    async run([file, ...more]) {
      if (file === undefined || more.length > 0) throw new UsageError('config check takes one file')
      ran.push(`check ${file}`)
      return 1
    },
  }),
  entry('config print', 'Print.', {
    async run(args) {
      ran.push(['print', ...args].join(' '))
      return 0
    },
  }),
  entry('fail', 'Fail.', {
    async run([how]) {
      if (how === 'wrong') throw new UsageError('port 80:\n\u001b[31mtaken\u001b[0m')
      if (how === 'foreign') throw Object.assign(new Error('line 3: no such key'), { type: 'usage' })
      if (how === 'text') throw 'only a text'
      throw new TypeError('a mistake')
    },
  }),
  entry('fail twice', 'Fail again.', {
    async run(args) {
      ran.push(['twice', ...args].join(' '))
      return 1
    },
  }),
]

async function run(...args: readonly string[]) {
  ran.length = 0
  loaded.length = 0
  const { terminal, written } = createTestTerminal()
  const code = await runCli(args, { program: testProgram, commands, terminal })
  return { code, ...written, ran: ran.join() }
}

describe('runCli', () => {
  const dispatched = [
    { args: ['serve'], ran: 'serve', code: 0 },
    { args: ['serve', '--port', '1'], ran: 'serve --port 1', code: 0 },
    { args: ['serve', '--', '--help'], ran: 'serve -- --help', code: 0 },
    { args: ['config', 'check', 'a.yaml'], ran: 'check a.yaml', code: 1 },
    { args: ['fail', 'twice', 'x'], ran: 'twice x', code: 1 },
    { args: ['config', 'print', '--port=1'], ran: 'print --port=1', code: 0 },
  ]
  for (const { args, ran, code } of dispatched) {
    it(`runs ${args.join(' ')} and ends with its exit code`, async () => {
      const result = await run(...args)
      assert.deepEqual([result.ran, result.code, result.err], [ran, code, ''])
    })
  }

  for (const args of [[], ['--help'], ['-h'], ['help']]) {
    it(`lists the commands for "${args.join(' ')}"`, async () => {
      const { code, out, err } = await run(...args)
      for (const { name, summary } of commands) assert.ok(out.includes(name) && out.includes(summary))
      assert.deepEqual([code, err], [0, ''])
    })
  }

  for (const args of [
    ['serve', '--help'],
    ['serve', '--port', '1', '-h'],
    ['help', 'serve'],
  ]) {
    it(`explains the command for ${args.join(' ')}`, async () => {
      const { code, out, ran } = await run(...args)
      assert.match(
        out,
        /^Run the whole[\s\S]*Usage: tidegauge serve \[FLAGS\][\s\S]*--port PORT[\s\S]*Examples:/,
      )
      assert.deepEqual([code, ran], [0, ''])
    })
  }

  it('loads the command that is asked for, and no other', async () => {
    await run('config', 'print')
    assert.deepEqual(loaded, ['config print'])
    await run('--help')
    assert.deepEqual(loaded, [])
  })

  it('prints the version', async () => {
    assert.deepEqual(await run('--version'), { code: 0, out: '1.2.3\n', err: '', ran: '' })
  })

  const wrong = [
    {
      args: ['serv'],
      says: 'tidegauge: no command is called "serv" (did you mean serve?); tidegauge --help lists the commands\n',
    },
    {
      args: ['--port', '80'],
      says: 'tidegauge: "--port" is a flag and needs a command before it; tidegauge --help lists the commands\n',
    },
    {
      args: ['config', 'chekc'],
      says: 'tidegauge: no command is called "config chekc" (did you mean config check?); tidegauge --help lists the commands\n',
    },
    {
      args: ['help', 'nothing-like-it'],
      says: 'tidegauge: no command is called "nothing-like-it"; tidegauge --help lists the commands\n',
    },
    {
      args: ['a\nb\u001b[2J'],
      says: 'tidegauge: no command is called "a b [2J"; tidegauge --help lists the commands\n',
    },
    {
      args: ['config', 'check'],
      says: 'tidegauge: config check takes one file\n',
    },
    {
      args: ['config', 'check', 'a', 'b'],
      says: 'tidegauge: config check takes one file\n',
    },
    { args: ['fail', 'wrong'], says: 'tidegauge: port 80: [31mtaken [0m\n' },
    { args: ['fail', 'foreign'], says: 'tidegauge: line 3: no such key\n' },
  ]
  for (const { args, says } of wrong) {
    it(`refuses ${JSON.stringify(args.join(' '))} in one line`, async () => {
      assert.deepEqual(await run(...args), { code: 2, out: '', err: says, ran: '' })
    })
  }

  it('shows the family of an unfinished command', async () => {
    const { code, out, err } = await run('config')
    assert.match(err, /config check[\s\S]*config print/)
    assert.deepEqual([code, out, err.includes('serve')], [2, '', false])
    assert.equal((await run('config', '--help')).code, 0)
  })

  it('shows everything of a defect of the program', async () => {
    const { code, err } = await run('fail')
    assert.equal(code, 70)
    assert.match(err, /TypeError: a mistake\n\s+at /)
    assert.match((await run('fail', 'text')).err, /only a text/)
  })
})
