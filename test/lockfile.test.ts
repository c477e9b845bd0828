import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { it } from 'node:test'

interface Lockfile {
  readonly packages: Readonly<Record<string, Package>>
}

interface Package {
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** `npm ci` refuses a lock that leaves out packages of other platforms; `npm install` writes such a one silently. */
it('the lock names every package that another one depends on, those of other platforms too', async () => {
  const file = new URL('../package-lock.json', import.meta.url)
  const { packages } = JSON.parse(await readFile(file, 'utf8')) as Lockfile
  const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !placesOf(name, path).some((place) => packages[place] !== undefined))
      .map((name) => `${path}: ${name}`),
  )
  assert.deepEqual(missing, [])
})

/** Where a package may stand that is asked for at a path: in its folder, or in one above it. */
function placesOf(name: string, path: string): string[] {
  const own = path === '' ? `node_modules/${name}` : `${path}/node_modules/${name}`
  return path === ''
    ? [own]
    : [own, ...placesOf(name, path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/'))))]
}
