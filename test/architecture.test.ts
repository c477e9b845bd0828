import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

interface Import {
  readonly file: string
  /** A path from the root of the project, or the name of a package. */
  readonly target: string
}

/** The floor of each area, the topmost 0: imports lead down. `src/demo` stands outside, a network of its own. */
const floorOf: Readonly<Record<string, number>> = { edge: 0, flow: 1, net: 2, state: 2, model: 3 }

describe('imports', () => {
  const sources = [...sourcesBelow('src'), ...sourcesBelow('otel')]
  const imports = sources.filter((file) => !isTest(file)).flatMap(importsOf)

  it('are found at all', () => {
    assert.ok(sources.length > 20, `only ${sources.length} sources`)
    assert.ok(imports.length > sources.length, `only ${imports.length} imports`)
  })

  it('keep the catalog to itself', () => {
    offenders(({ file, target }) => file.startsWith('otel/catalog/') && !target.startsWith('otel/catalog/'))
  })

  it('keep the pipeline free of the service', () => {
    offenders(({ file, target }) => file.startsWith('otel/') && target.startsWith('src/'))
  })

  it('lead downwards from floor to floor, and never to a neighbour', () => {
    offenders(({ file, target }) => {
      const from = placeOf(file)
      const to = placeOf(target)
      if (from === undefined || to === undefined || from.room === to.room) return false
      return to.floor <= from.floor
    })
  })

  it('reach the demo network and main from nowhere but main and tests', () => {
    offenders(
      ({ file, target }) =>
        file !== 'src/main.ts' &&
        (target === 'src/main.ts' || (target.startsWith('src/demo/') && !file.startsWith('src/demo/'))),
    )
  })

  it('bring metrics only into instrumented.ts and main', () => {
    offenders(
      ({ file, target }) =>
        file.startsWith('src/') &&
        file !== 'src/main.ts' &&
        !file.endsWith('/instrumented.ts') &&
        (target.startsWith('otel/') ||
          target.startsWith('@opentelemetry/') ||
          target.startsWith('tidegauge')),
    )
  })

  it('leave the environment to two files', () => {
    const readers = sources
      .filter((file) => !isTest(file))
      .filter((file) => /process\.env\b|\{[^}]*\benv\b[^}]*\} from 'node:process'/.test(text(file)))
    assert.deepEqual(
      readers.filter(
        (file) => file !== 'src/cli/serve/config.ts' && file !== 'otel/configuration/environment.ts',
      ),
      [],
    )
  })

  function offenders(isWrong: (one: Import) => boolean): void {
    assert.deepEqual(
      imports.filter(isWrong).map(({ file, target }) => `${file} imports ${target}`),
      [],
    )
  }
})

function sourcesBelow(folder: string): readonly string[] {
  return globSync(`${folder}/**/*.ts`, { cwd: root }).map((file) => file.replaceAll('\\', '/'))
}

/** Test files, and what only they use, may import what they need. */
function isTest(file: string): boolean {
  return /\.(test|conformance)\.ts$|\/testing\//.test(file)
}

function text(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

function importsOf(file: string): readonly Import[] {
  const pattern = /(?:\bfrom|\bimport|\bimport\()\s*['"]([^'"]+)['"]/g
  return [...text(file).matchAll(pattern)].map(([, target = '']) => ({
    file,
    target: target.startsWith('.') ? normalize(join(dirname(file), target)) : target,
  }))
}

/**
 * The room of a path in `src/`, and its floor; undefined for what belongs to no floor (main, config, demo).
 * A file that stands in no room, such as `src/state/database.ts`, lies below the rooms of its area.
 */
function placeOf(path: string): { room: string; floor: number } | undefined {
  const [src, area = '', room = ''] = path.split('/')
  const floor = floorOf[area]
  if (src !== 'src' || floor === undefined) return undefined
  if (area === 'model') return { room: area, floor }
  return { room: `${area}/${room}`, floor: room.endsWith('.ts') ? floor + 0.5 : floor }
}
