import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runCli } from '@tidegauge/tools/cli'
import { createTestTerminal } from '../../tools/cli/testing/test-terminal.ts'
import { ownCatalog } from './own-catalog.ts'
import { commandsOf } from './table.ts'

const program = { name: 'tidegauge', version: '1.2.3', about: 'About.', own: ownCatalog }
const commands = commandsOf(program)

describe('the table of commands', () => {
  it('has each name once', () => {
    assert.equal(new Set(commands.map(({ name }) => name)).size, commands.length)
  })

  for (const { name, summary } of commands)
    it(`explains ${name}, with a line for each flag that a terminal holds`, async () => {
      const { terminal, written } = createTestTerminal()
      assert.equal(await runCli(['help', ...name.split(' ')], { program, commands, terminal }), 0)
      assert.ok(written.out.startsWith(`${summary}\n\nUsage: tidegauge ${name}`))
      assert.match(written.out, /^Examples:\n {2}tidegauge /m)
      for (const line of written.out.split('\n')) assert.ok(line.length <= 150, line)
    })
})

/** Wings and rooms of which a command loads anything, and packages. */
function loadedBy(...args: readonly string[]): ReadonlySet<string> {
  const main = fileURLToPath(import.meta.resolve('../main.ts'))
  const hooks = `import { registerHooks } from 'node:module'
registerHooks({ load: (url, context, next) => (process._rawDebug('loaded ' + url), next(url, context)) })`
  const { stderr, status } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(hooks)}`, main, ...args],
    { encoding: 'utf8' },
  )
  assert.ok(status === 0 || status === 2, stderr)
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const files = [...stderr.matchAll(/^loaded (file:.*)$/gm)].map(([, url = '']) => fileURLToPath(url))
  assert.ok(
    files.some((file) => file.endsWith('/tools/cli/run.ts')),
    'the hook saw nothing',
  )
  return new Set(
    files.map((file) => {
      const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? []
      return name ?? file.slice(root.length).split('/').slice(0, 2).join('/')
    }),
  )
}

describe('what a command loads', () => {
  const light = [
    'otel/nearest.ts',
    'otel/one-line.ts',
    'otel/usage-error.ts',
    'src/cli',
    'src/main.ts',
    'tools/cli',
  ]
  const rooms = [
    { args: ['--version'], rooms: light },
    { args: ['--help'], rooms: light },
    { args: ['serve', '--help'], rooms: [...light, 'src/model'] },
    { args: ['generate', '--help'], rooms: light },
    { args: ['dashboards', 'update', '--help'], rooms: light },
    { args: ['audit', '--help'], rooms: light },
    { args: ['repos', '--api', 'nonsense'], rooms: [...light, 'src/model'] },
  ]
  for (const { args, rooms: expected } of rooms)
    it(`is, for ${args.join(' ')}, ${expected.join(', ')}`, () => {
      const extra = [...loadedBy(...args)].filter(
        (room) => !expected.includes(room) && !room.endsWith('package.json'),
      )
      assert.deepEqual(extra, [])
    })

  const own = [
    {
      args: ['config', 'check', 'none.yaml'],
      not: /^(src\/(?!cli|main)|tools\/(?!cli)|otel\/(pipeline|exposition))|opentelemetry|express|atcute/,
    },
    {
      args: ['generate', '--check', '--catalog', 'none.yaml'],
      not: /^(src\/(?!cli|main)|tools\/(audit|render|update|source)|otel\/pipeline)|opentelemetry|express|atcute|tree-sitter/,
    },
    {
      args: ['audit', '--list-checks'],
      not: /^(src\/(?!cli|main)|tools\/(render|update))|opentelemetry|express|atcute/,
    },
    {
      args: ['dashboards', 'render', 'none.json', '--prometheus', 'http://127.0.0.1:1'],
      not: /^(src\/(?!cli|main)|tools\/(audit|generate|update|source))|opentelemetry|express|atcute|grafana/,
    },
    {
      args: ['dashboards', 'update', 'none.json', '--source', 'none'],
      not: /^(src\/(?!cli|main)|tools\/(render|generate))|opentelemetry|express|atcute|grafana/,
    },
  ]
  for (const { args, not } of own)
    it(`is, for ${args.join(' ')}, its own rooms alone`, () => {
      assert.deepEqual(
        [...loadedBy(...args)].filter((room) => not.test(room)),
        [],
      )
    })
})
