import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, it } from 'node:test'
import { publishedManifest, type SourceManifest } from '../scripts/published-manifest.ts'

interface Manifest extends SourceManifest {
  readonly license: string
  readonly engines: object
  readonly dependencies?: Readonly<Record<string, string>>
}

const read = (path: string) => JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'))
const folders = ['', 'otel/', 'tools/']
const manifests: readonly Manifest[] = folders.map((folder) => read(`${folder}package.json`))
const [root] = manifests as [Manifest, ...Manifest[]]

describe('the packages', () => {
  it('have one version, licence and Node, and depend on each other in that version', () => {
    for (const { version, license, engines, dependencies = {} } of manifests) {
      assert.deepEqual(
        { version, license, engines },
        { version: root.version, license: root.license, engines: root.engines },
      )
      for (const { name } of manifests) assert.ok([undefined, root.version].includes(dependencies[name]))
    }
  })

  it('name every export in their README', () => {
    for (const [i, { name, exports }] of manifests.entries()) {
      const readme = readFileSync(new URL(`../${folders[i]}README.md`, import.meta.url), 'utf8')
      const modules = Object.keys(exports).filter((path) => !path.endsWith('.json'))
      for (const path of modules)
        assert.ok(readme.includes(`\`${posix.join(name, path)}\``), posix.join(name, path))
    }
  })

  it('share one copy of what several of them need', () => {
    const { packages } = read('package-lock.json')
    const own = Object.keys(packages).filter((path) => /^(otel|tools)\/node_modules\//.test(path))
    assert.deepEqual(own, [])
  })
})

describe('a published manifest', () => {
  const source = {
    name: 'tea',
    version: '1.0.0',
    exports: { '.': './tea.ts', './package.json': './package.json' },
    bin: { tea: './cli/main.ts' },
    dependencies: { cup: '1.0.0' },
    scripts: { test: 'node --test' },
    devDependencies: { pot: '1.0.0' },
    workspaces: ['sugar'],
  }

  it('names JavaScript and its types instead of TypeScript, and leaves out what the tree alone needs', () =>
    assert.deepEqual(publishedManifest(source), {
      name: 'tea',
      version: '1.0.0',
      exports: { '.': { types: './tea.d.ts', default: './tea.js' }, './package.json': './package.json' },
      bin: { tea: './cli/main.js' },
      dependencies: { cup: '1.0.0' },
    }))
})
