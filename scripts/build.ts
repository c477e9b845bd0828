import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { builtTarget, publishedManifest, type SourceManifest, targetsOf } from './published-manifest.ts'

// Writes dist/, a mirror of the tree in JavaScript whose folders are the packages as they are published:
// dist/otel is @tidegauge/otel, dist/tools is @tidegauge/tools, and dist itself is tidegauge.

const root = fileURLToPath(new URL('../', import.meta.url))
const dist = join(root, 'dist')

if (import.meta.main) build()

/** Compiles what the packages export and all that it imports; nothing else gets into dist/. */
export function build(): void {
  rmSync(dist, { recursive: true, force: true })
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
  const exported = ['otel', 'tools', '.'].flatMap(completePackage)
  removeTypesExcept(typesReachedFrom(exported))
}

/** Adds to a compiled package its manifest and texts. @returns its exported modules, as paths in dist/. */
function completePackage(folder: string): string[] {
  const source: SourceManifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  writeFileSync(join(dist, folder, 'package.json'), `${JSON.stringify(publishedManifest(source), null, 2)}\n`)
  cpSync(join(root, folder, 'README.md'), join(dist, folder, 'README.md'))
  cpSync(join(root, 'LICENSE'), join(dist, folder, 'LICENSE'))
  for (const target of targetsOf(source)) {
    if (existsSync(join(dist, folder, builtTarget(target, 'js')))) continue
    const file = join(folder, target)
    throw new Error(
      `${folder}/package.json names ${target}, which was not built: add "${file}" to "files" of tsconfig.build.json`,
    )
  }
  return Object.values(source.exports)
    .filter((target) => target.endsWith('.ts'))
    .map((target) => join(folder, builtTarget(target, 'd.ts')))
}

/** The declarations that a reader of these ones needs as well. */
function typesReachedFrom(files: readonly string[]): Set<string> {
  const reached = new Set(files)
  // A set is iterated together with what is added on the way.
  for (const file of reached)
    for (const [, path = ''] of readFileSync(join(dist, file), 'utf8').matchAll(
      /['"](\.{1,2}\/[^'"]+)\.ts['"]/g,
    ))
      reached.add(`${join(dirname(file), path)}.d.ts`)
  return reached
}

function removeTypesExcept(kept: ReadonlySet<string>): void {
  for (const file of globSync('**/*.d.ts', { cwd: dist })) if (!kept.has(file)) rmSync(join(dist, file))
}
