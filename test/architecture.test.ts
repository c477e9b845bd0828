import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, it } from 'node:test'

const root = join(import.meta.dirname, '..')

/**
 * The rooms, from the bottom up, each with the rooms it may import. A room is a folder, or a file that stands alone;
 * what is not in the table does not exist, and what a row does not name is not imported.
 */
const rooms: Readonly<Record<string, readonly string[]>> = {
  // What a service links in.
  'otel/catalog': [],
  'otel/nearest.ts': [],
  'otel/loopback.ts': [],
  'otel/mask.ts': ['otel/nearest.ts'],
  'otel/one-line.ts': [],
  'otel/usage-error.ts': ['otel/mask.ts'],
  'otel/wildcard.ts': [],
  'otel/files': ['otel/mask.ts', 'otel/nearest.ts', 'otel/usage-error.ts'],
  'otel/configuration': ['otel/files', 'otel/loopback.ts', 'otel/mask.ts', 'otel/usage-error.ts'],
  'otel/naming': ['otel/catalog'],
  'otel/sdk': [],
  'otel/optional-package.ts': ['otel/usage-error.ts'],
  'otel/http': ['otel/optional-package.ts', 'otel/sdk'],
  'otel/exposition': ['otel/http', 'otel/naming', 'otel/sdk', 'otel/wildcard.ts'],
  'otel/history': ['otel/mask.ts', 'otel/nearest.ts', 'otel/one-line.ts', 'otel/usage-error.ts'],
  'otel/meter': ['otel/catalog', 'otel/sdk'],
  'otel/pipeline': [
    'otel/catalog',
    'otel/configuration',
    'otel/exposition',
    'otel/files',
    'otel/history',
    'otel/mask.ts',
    'otel/meter',
    'otel/naming',
    'otel/optional-package.ts',
    'otel/sdk',
    'otel/usage-error.ts',
    'otel/wildcard.ts',
  ],
  'otel/otel.ts': [
    'otel/catalog',
    'otel/configuration',
    'otel/exposition',
    'otel/http',
    'otel/meter',
    'otel/pipeline',
    'otel/usage-error.ts',
  ],
  // What looks from outside.
  'tools/promql': ['otel/nearest.ts'],
  'tools/dashboards': ['otel/catalog', 'otel/files', 'otel/naming', 'otel/usage-error.ts', 'tools/promql'],
  'tools/rules': ['otel/files', 'otel/usage-error.ts'],
  'tools/files': ['otel/mask.ts', 'otel/usage-error.ts'],
  'tools/scrape': ['otel/files', 'otel/usage-error.ts', 'tools/files'],
  'tools/metrics': [
    'otel/catalog',
    'otel/naming',
    'tools/dashboards',
    'tools/promql',
    'tools/rules',
    'tools/scrape',
  ],
  'tools/catalog-file': [
    'otel/catalog',
    'otel/files',
    'otel/naming',
    'otel/nearest.ts',
    'otel/usage-error.ts',
    'tools/metrics',
    'tools/promql',
  ],
  'tools/generate': [
    'otel/catalog',
    'otel/files',
    'otel/naming',
    'otel/nearest.ts',
    'otel/usage-error.ts',
    'tools/catalog-file',
  ],
  'tools/server': ['otel/usage-error.ts', 'tools/files', 'tools/rules', 'tools/scrape'],
  'tools/source': ['otel/naming', 'tools/metrics', 'tools/promql', 'tools/scrape'],
  'tools/inputs': [
    'otel/files',
    'otel/naming',
    'otel/usage-error.ts',
    'tools/catalog-file',
    'tools/dashboards',
    'tools/files',
    'tools/metrics',
    'tools/promql',
    'tools/rules',
    'tools/scrape',
    'tools/server',
    'tools/source',
  ],
  'tools/audit': [
    'otel/catalog',
    'otel/files',
    'otel/naming',
    'otel/nearest.ts',
    'otel/one-line.ts',
    'otel/usage-error.ts',
    'otel/wildcard.ts',
    'tools/catalog-file',
    'tools/dashboards',
    'tools/files',
    'tools/generate',
    'tools/inputs',
    'tools/metrics',
    'tools/promql',
    'tools/rules',
    'tools/scrape',
    'tools/server',
  ],
  'tools/render': ['otel/usage-error.ts', 'tools/dashboards', 'tools/promql', 'tools/server'],
  'tools/update': [
    'otel/catalog',
    'otel/files',
    'otel/naming',
    'otel/nearest.ts',
    'otel/usage-error.ts',
    'tools/catalog-file',
    'tools/dashboards',
    'tools/inputs',
    'tools/metrics',
    'tools/promql',
    'tools/scrape',
  ],
  'tools/cli': [
    'otel/configuration',
    'otel/mask.ts',
    'otel/nearest.ts',
    'otel/one-line.ts',
    'otel/usage-error.ts',
    'tools/audit',
    'tools/catalog-file',
    'tools/generate',
    'tools/render',
    'tools/server',
    'tools/update',
  ],
  'tools/collector': [],
  'tools/tools.ts': [
    'otel/usage-error.ts',
    'tools/audit',
    'tools/catalog-file',
    'tools/generate',
    'tools/inputs',
    'tools/render',
    'tools/server',
    'tools/update',
  ],
  // The service and its command line.
  'src/model': [],
  'src/catalog': ['otel/catalog', 'src/model', 'tools/tools.ts'],
  'src/config.ts': ['src/model'],
  'src/state': ['src/model'],
  'src/state/queue': ['otel/otel.ts', 'src/catalog', 'src/model', 'src/state'],
  'src/state/dedup': ['otel/otel.ts', 'src/catalog', 'src/model', 'src/state'],
  'src/state/cache': ['otel/otel.ts', 'src/catalog'],
  'src/state/checkpoint': [
    'otel/otel.ts',
    'src/catalog',
    'src/model',
    'src/state',
    'src/state/dedup',
    'src/state/queue',
  ],
  'src/state/runs': ['src/model', 'src/state'],
  'src/state/search': ['otel/otel.ts', 'src/catalog', 'src/model', 'src/state'],
  'src/net/repo': ['src/model'],
  'src/state/local': ['src/model', 'src/state'],
  'src/state/streams': ['otel/otel.ts', 'src/catalog', 'src/state'],
  'src/state/storage': [
    'otel/otel.ts',
    'src/catalog',
    'src/model',
    'src/state',
    'src/state/cache',
    'src/state/streams',
  ],
  'src/flow/indexing': [
    'otel/otel.ts',
    'src/catalog',
    'src/model',
    'src/state/search',
    'src/state/storage',
    'src/state/streams',
  ],
  'src/net/firehose': ['otel/otel.ts', 'src/catalog', 'src/model', 'src/net/repo'],
  'src/net/fetch': ['src/model'],
  'src/flow/actions': ['otel/otel.ts', 'src/catalog', 'src/model', 'src/net/fetch'],
  'src/flow/observers': [
    'otel/otel.ts',
    'src/catalog',
    'src/flow/actions',
    'src/model',
    'src/net/fetch',
    'src/state/checkpoint',
    'src/state/queue',
    'src/state/streams',
  ],
  'src/edge/contract': ['src/config.ts', 'src/flow/observers', 'src/model'],
  'src/net/host': ['src/model', 'src/net/fetch'],
  'src/flow/local': ['src/model', 'src/net/host', 'src/net/repo', 'src/state/local'],
  'src/edge/mcp': ['otel/otel.ts', 'src/catalog', 'src/flow/local', 'src/model'],
  'src/edge/http': [
    'otel/otel.ts',
    'src/catalog',
    'src/edge/contract',
    'src/flow/local',
    'src/flow/observers',
    'src/model',
    'src/state/queue',
    'src/state/search',
    'src/state/storage',
  ],
  'src/edge/xrpc': ['src/flow/local', 'src/model', 'src/net/repo', 'src/state/local'],
  'src/demo': ['src/edge/xrpc', 'src/model', 'src/net/repo'],
  'src/flow/backfill': [
    'otel/otel.ts',
    'src/catalog',
    'src/model',
    'src/net/host',
    'src/state/queue',
    'src/state/storage',
    'src/state/streams',
  ],
  'src/flow/ingest': [
    'otel/otel.ts',
    'src/catalog',
    'src/model',
    'src/net/host',
    'src/state/storage',
    'src/state/streams',
  ],
  'src/net/identity': ['otel/otel.ts', 'src/catalog', 'src/model', 'src/net/fetch'],
  'src/net/reading': ['src/model', 'src/net/repo'],
  'src/flow/sync': [
    'otel/otel.ts',
    'src/catalog',
    'src/model',
    'src/net/host',
    'src/net/reading',
    'src/net/repo',
    'src/state/runs',
    'src/state/storage',
    'src/state/streams',
  ],
  'src/compose': [
    'src/catalog',
    'src/config.ts',
    'src/edge/contract',
    'src/edge/http',
    'src/edge/mcp',
    'src/edge/xrpc',
    'src/flow/actions',
    'src/flow/backfill',
    'src/flow/indexing',
    'src/flow/ingest',
    'src/flow/local',
    'src/flow/observers',
    'src/flow/sync',
    'src/model',
    'src/net/fetch',
    'src/net/firehose',
    'src/net/host',
    'src/net/identity',
    'src/net/reading',
    'src/net/repo',
    'src/state',
    'src/state/cache',
    'src/state/checkpoint',
    'src/state/dedup',
    'src/state/local',
    'src/state/queue',
    'src/state/runs',
    'src/state/search',
    'src/state/storage',
    'src/state/streams',
  ],
  'src/serve-stored.ts': [
    'src/catalog',
    'src/compose',
    'src/edge/http',
    'src/flow/sync',
    'src/model',
    'src/state',
  ],
  'src/serve.ts': [
    'otel/otel.ts',
    'src/catalog',
    'src/compose',
    'src/config.ts',
    'src/demo',
    'src/edge/http',
    'src/edge/mcp',
    'src/edge/xrpc',
    'src/flow/actions',
    'src/flow/indexing',
    'src/flow/ingest',
    'src/flow/observers',
    'src/flow/sync',
    'src/model',
    'src/net/firehose',
    'src/state',
    'src/state/streams',
  ],
  'src/cli': [
    'otel/configuration',
    'otel/files',
    'otel/loopback.ts',
    'otel/mask.ts',
    'otel/otel.ts',
    'otel/usage-error.ts',
    'src/catalog',
    'src/compose',
    'src/config.ts',
    'src/edge/contract',
    'src/edge/http',
    'src/edge/mcp',
    'src/flow/observers',
    'src/model',
    'src/serve-stored.ts',
    'src/serve.ts',
    'tools/cli',
  ],
  'src/library': [
    'src/catalog',
    'src/flow/actions',
    'src/model',
    'src/state',
    'src/state/cache',
    'src/state/checkpoint',
    'src/state/dedup',
    'src/state/queue',
  ],
  'src/main.ts': ['src/cli', 'tools/cli'],
}

interface Source {
  readonly file: string
  readonly text: string
  /** Files of this project and names of packages, types included. */
  readonly imports: readonly string[]
}

/** What the packages of the wings export: `@tidegauge/otel/naming` is `otel/naming/naming.ts`. */
const exported = new Map(
  ['otel', 'tools'].flatMap((wing) => {
    const manifest = JSON.parse(readFileSync(join(root, wing, 'package.json'), 'utf8'))
    return Object.entries(manifest.exports as Record<string, string>).map(([path, file]) => [
      `${manifest.name}${path.slice(1)}`,
      normalize(join(wing, file)),
    ])
  }),
)

const sources: readonly Source[] = globSync('{otel,tools,src}/**/*.ts', { cwd: root })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => !/node_modules|\.(test|conformance|fixture)\.ts$|\/testing\//.test(file))
  .map((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    const specifiers = [...text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*['"]([^'"]+)['"]/g)]
    const imports = specifiers.map(([, name = '']) =>
      name.startsWith('.') ? normalize(join(dirname(file), name)) : (exported.get(name) ?? name),
    )
    return { file, text, imports }
  })

/** The room of a file: the longest row of the table that it lies in. */
function roomOf(file: string): string | undefined {
  return Object.keys(rooms)
    .filter((room) => file === room || file.startsWith(`${room}/`))
    .sort((one, other) => other.length - one.length)[0]
}

/** A field as the SDK names its private ones, read, destructured or asked for by `in`. */
const privateField = /[\w)\]]\??\.\s*_[a-z]|[{,]\s*_[a-z]\w*\s*[:,}=]|\[\s*''\s*\]|'' in /

/** The text without comments and without what stands in quotes; names of private fields in quotes leave `''`. */
function code(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .replaceAll(/'_[a-z]\w*'/g, "''")
    .replaceAll(/'(?:[^'\\\n]|\\.)+'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, '0')
}

/** Says which files do what is not allowed. */
function none(isWrong: (source: Source) => unknown): void {
  assert.deepEqual(
    sources.filter(isWrong).map(({ file }) => file),
    [],
  )
}

describe('the architecture', () => {
  it('is looked at whole', () => {
    assert.ok(sources.length > 500, `only ${sources.length} sources`)
    assert.ok(sources.flatMap(({ imports }) => imports).length > 2 * sources.length)
  })

  it('has a room for every file, and files in every room', () => {
    none(({ file }) => roomOf(file) === undefined)
    const used = new Set(sources.map(({ file }) => roomOf(file)))
    assert.deepEqual(
      Object.keys(rooms).filter((room) => !used.has(room)),
      [],
    )
  })

  it('has no import that the table of rooms does not name, and no row that is not needed', () => {
    const edges = new Map<string, Set<string>>(Object.keys(rooms).map((room) => [room, new Set()]))
    const wrong = sources.flatMap(({ file, imports }) => {
      const from = roomOf(file) ?? ''
      return imports.flatMap((target) => {
        const to = roomOf(target)
        if (to === undefined || to === from) return []
        edges.get(from)?.add(to)
        return rooms[from]?.includes(to) ? [] : [`${file} imports ${target}`]
      })
    })
    assert.deepEqual(wrong, [])
    const needless = Object.entries(rooms).flatMap(([from, allowed]) =>
      allowed.filter((to) => !edges.get(from)?.has(to)).map((to) => `${from} does not import ${to}`),
    )
    assert.deepEqual(needless, [])
  })

  it('has no circle between rooms', () => {
    assert.deepEqual(circles(new Map(Object.entries(rooms))), [])
  })

  it('has no circle between files, types counted too', () => {
    assert.deepEqual(circles(new Map(sources.map(({ file, imports }) => [file, imports]))), [])
  })

  it('leads from src and tools to otel, and never back', () => {
    const wings = ['otel', 'tools', 'src']
    const wingOf = (file: string) => wings.indexOf(file.split('/')[0] ?? '')
    none(({ file, imports }) => imports.some((target) => wingOf(target) > wingOf(file)))
  })

  it('crosses wings by the names of packages alone', () => {
    none(({ file, text }) => {
      const others = ['otel', 'tools', 'src'].filter((wing) => !file.startsWith(`${wing}/`))
      return new RegExp(`['"](\\.\\./)+(${others.join('|')})/`).test(text)
    })
  })

  it('keeps metrics out of business code', () => {
    none(
      ({ file, imports }) =>
        file.startsWith('src/') &&
        !/^src\/(main|serve)\.ts$|^src\/(cli|catalog)\/|\/instrumented\.ts$/.test(file) &&
        imports.some((target) => /^(otel|tools)\/|^@opentelemetry\//.test(target)),
    )
  })

  it('keeps OpenTelemetry to the library, instrumented.ts and serve.ts', () => {
    none(
      ({ file, imports }) =>
        !/^otel\/|^src\/serve\.ts$|\/instrumented\.ts$/.test(file) &&
        imports.some((target) => target.startsWith('@opentelemetry/')),
    )
  })

  it('reaches into the SDK from one room', () => {
    none(
      ({ file, text }) =>
        file.startsWith('otel/') && !file.startsWith('otel/sdk/') && privateField.test(code(text)),
    )
  })

  it('brings in the demo network in one place', () => {
    none(
      ({ file, imports }) =>
        file !== 'src/serve.ts' &&
        !file.startsWith('src/demo/') &&
        imports.some((target) => target.startsWith('src/demo/')),
    )
  })

  it('reads the environment in one place of each wing', () => {
    none(
      ({ file, text }) =>
        !/^otel\/configuration\/environment\.ts$|^src\/cli\//.test(file) &&
        /process\.env\b|\{[^}]*\benv\b[^}]*\} from 'node:process'/.test(text),
    )
  })
})

/** The circles of a graph: its strongly connected components of more than one node (Tarjan, 1972). */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const found: string[][] = []
  const visit = (node: string): void => {
    index.set(node, index.size)
    low.set(node, index.get(node) ?? 0)
    stack.push(node)
    for (const next of graph.get(node) ?? []) {
      if (!graph.has(next)) continue
      if (!index.has(next)) visit(next)
      if (stack.includes(next)) low.set(node, Math.min(low.get(node) ?? 0, low.get(next) ?? 0))
    }
    if (low.get(node) !== index.get(node)) return
    const circle = stack.splice(stack.indexOf(node))
    if (circle.length > 1) found.push(circle.sort())
  }
  for (const node of graph.keys()) if (!index.has(node)) visit(node)
  return found
}
