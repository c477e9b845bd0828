import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Flag, flagsHelp, readFlags, toggle } from './flags.ts'
import { text, wholeNumber } from './values.ts'

const flags = {
  port: { argument: 'PORT', help: 'A port.', read: wholeNumber(0, 65535) },
  header: { argument: 'TEXT', help: 'A header.', read: text, takes: 'repeated' },
  files: { argument: 'GLOB…', help: 'Files.', read: text, takes: 'list' },
  token: { argument: 'TOKEN', help: 'A secret.', read: wholeNumber(1, 9), secret: true },
  json: toggle('For programs.'),
} as const satisfies Record<string, Flag>

const read = (args: readonly string[], allowsWords = false) =>
  readFlags({ command: 'tidegauge test', flags, args, allowsWords })

describe('readFlags', () => {
  const none = { port: undefined, header: undefined, files: undefined, token: undefined, json: undefined }
  const cases = [
    { args: [], values: {} },
    { args: ['--port', '80'], values: { port: 80 } },
    { args: ['--port=80', '--json'], values: { port: 80, json: true } },
    { args: ['--no-json'], values: { json: false } },
    { args: ['--header', 'a', '--header=b'], values: { header: ['a', 'b'] } },
    { args: ['--files', 'a', 'b', '--files=c'], values: { files: [['a', 'b'], ['c']] } },
    { args: ['--header=--json'], values: { header: ['--json'] } },
    { args: ['--header', '-'], values: { header: ['-'] } },
  ] as const
  for (const { args, values } of cases)
    it(`reads ${JSON.stringify(args)}`, () => {
      assert.deepEqual(read(args), { values: { ...none, ...values }, words: [] })
    })

  it('leaves words where the command takes some, and what follows -- is one', () => {
    assert.deepEqual(read(['a', '--port', '1', 'b', '--', '--json'], true).words, ['a', 'b', '--json'])
    assert.deepEqual(read(['--files', 'a', 'b', '--', 'c'], true), {
      values: { ...none, files: [['a', 'b']] },
      words: ['c'],
    })
  })

  const wrong = [
    {
      args: ['--prot', '1'],
      says: 'there is no flag --prot (did you mean --port?); tidegauge test --help lists the flags',
    },
    {
      args: ['--no-port'],
      says: 'there is no flag --no-port (did you mean --port?); tidegauge test --help lists the flags',
    },
    {
      args: ['--constructor'],
      says: 'there is no flag --constructor; tidegauge test --help lists the flags',
    },
    { args: ['-p'], says: 'there is no flag -p; tidegauge test --help lists the flags' },
    { args: ['word'], says: '"word" belongs to no flag; tidegauge test --help lists the flags' },
    { args: ['--files=a', 'b'], says: '"b" belongs to no flag; tidegauge test --help lists the flags' },
    { args: ['--port'], says: '--port needs a value: write --port=PORT' },
    { args: ['--port', '--json'], says: '--port needs a value: write --port=PORT' },
    { args: ['--json=yes'], says: '--json takes no value: write --json alone, or --no-json' },
    { args: ['--port', '1', '--port', '2'], says: '--port is given more than once: give it once' },
    { args: ['--json', '--no-json'], says: '--json is given more than once: give it once' },
    { args: ['--port', 'x'], says: '--port is "x", but must be a whole number from 0 to 65535' },
    { args: ['--header='], says: '--header is "", but must not be empty' },
    { args: ['--token', 'hunter2'], says: '--token must be a whole number from 1 to 9' },
  ]
  for (const { args, says } of wrong)
    it(`refuses ${JSON.stringify(args)}`, () => {
      assert.throws(() => read(args), { name: 'UsageError', message: says })
    })
})

describe('flagsHelp', () => {
  it('lists each flag with what it takes', () => {
    assert.equal(
      flagsHelp({ port: flags.port, json: flags.json }),
      'Flags:\n  --port PORT  A port.\n  --json       For programs.',
    )
  })
})
