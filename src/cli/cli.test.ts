import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UsageError } from '@tidegauge/otel/usage-error'
import type { Command } from '@tidegauge/tools/cli'
import { configCommands, nearest, runCli } from '@tidegauge/tools/cli'
import { serveCommand } from './serve/command.ts'

const ran: string[] = []
const noted = (name: string) => (args: readonly string[]) => {
  ran.push([name, ...args].join(' '))
}

const commands: readonly Command[] = [
  serveCommand({
    flags: () => 'Flags:\n  --port PORT',
    async serve(args) {
      noted('serve')(args)
      return 0
    },
  }),
  ...configCommands({
    async check(file) {
      noted('check')([file])
      return 1
    },
    async print(args, terminal) {
      terminal.out('printed')
      noted('print')(args)
      return 0
    },
  }),
  {
    name: 'fail',
    summary: 'Fail.',
    async run([how]) {
      if (how === 'wrong') throw new UsageError('port 80:\n\u001b[31mtaken\u001b[0m')
      if (how === 'foreign') throw Object.assign(new Error('line 3: no such key'), { type: 'usage' })
      if (how === 'text') throw 'only a text'
      throw new TypeError('a mistake')
    },
  },
  {
    name: 'fail twice',
    summary: 'Fail again.',
    async run(args) {
      noted('twice')(args)
      return 1
    },
  },
]

async function run(...args: readonly string[]) {
  ran.length = 0
  const written = { out: '', err: '' }
  const terminal = {
    out(text: string) {
      written.out += text
    },
    err(text: string) {
      written.err += text
    },
    isInteractive: false,
  }
  const code = await runCli(args, { commands, version: '1.2.3', terminal })
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
      says: 'tidegauge: config check takes one file: tidegauge config check FILE\n',
    },
    {
      args: ['config', 'check', 'a', 'b'],
      says: 'tidegauge: config check takes one file: tidegauge config check FILE\n',
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

  it('shows everything of a mistake in the program', async () => {
    const { code, err } = await run('fail')
    assert.equal(code, 70)
    assert.match(err, /TypeError: a mistake\n\s+at /)
    assert.match((await run('fail', 'text')).err, /only a text/)
  })
})

describe('nearest', () => {
  const names = ['--port', '--metrics-port', '--host', '--data']
  const cases = [
    { typed: '--prot', name: '--port' },
    { typed: '--PORT', name: '--port' },
    { typed: '--metric-port', name: '--metrics-port' },
    { typed: '--dta', name: '--data' },
    { typed: '--unheard-of', name: undefined },
    { typed: '', name: undefined },
  ]
  for (const { typed, name } of cases) {
    it(`finds ${name} for "${typed}"`, () => assert.equal(nearest(typed, names), name))
  }
})
