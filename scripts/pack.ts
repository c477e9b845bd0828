import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from './build.ts'

/** The names of the packages, and their folders in dist/. */
const packages = {
  '@tidegauge/otel': './dist/otel',
  '@tidegauge/tools': './dist/tools',
  tidegauge: './dist',
} as const

export type PackageName = keyof typeof packages

/** The tarball of each package. */
export type Tarballs = Readonly<Record<PackageName, string>>

// usage: node scripts/pack.ts [FOLDER]
if (import.meta.main) for (const file of Object.values(packAll(process.argv[2] ?? '.'))) console.log(file)

/** Builds all packages and packs them into a folder. @returns the paths of the tarballs. */
export function packAll(folder: string): Tarballs {
  build()
  const root = fileURLToPath(new URL('../', import.meta.url))
  const destination = resolve(folder)
  const args = ['pack', ...Object.values(packages), '--json', '--pack-destination', destination]
  const packed = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8' })) as readonly Packed[]
  return Object.fromEntries(
    packed.map(({ name, filename }) => [name, resolve(destination, filename)]),
  ) as Tarballs
}

interface Packed {
  readonly name: PackageName
  readonly filename: string
}
