import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

interface Lockfile {
  readonly packages: Readonly<Record<string, Package>>
}

interface Package {
  readonly resolved?: string
  readonly link?: boolean
  readonly integrity?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const root = fileURLToPath(new URL('..', import.meta.url))
const locks = globSync(
  ['package-lock.json', 'scripts/*/package-lock.json', '{bench,test}/**/package-lock.json'],
  {
    cwd: root,
    exclude: (path) => path.endsWith('node_modules'),
  },
)

for (const lock of locks)
  describe(lock, () => {
    const { packages } = JSON.parse(readFileSync(`${root}${lock}`, 'utf8')) as Lockfile

    // `npm ci` refuses a lock that leaves out packages of other platforms; `npm install` writes such a one silently.
    it('has every package that another one depends on, those of other platforms too', () => {
      const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
        Object.keys({ ...dependencies, ...optionalDependencies })
          .filter((name) => !placesOf(name, path).some((place) => packages[place] !== undefined))
          .map((name) => `${path}: ${name}`),
      )
      assert.deepEqual(missing, [])
    })

    // npm writes none for optional packages that it finds in a lock and does not install.
    it('has the digest of every package, so that none can be exchanged on its way', () => {
      const installed = Object.entries(packages).filter(
        ([path, { link }]) => path.includes('node_modules/') && !link,
      )
      assert.ok(installed.length > 0)
      const unsigned = installed.filter(([, { integrity }]) => !/^sha512-.{86}==$/.test(integrity ?? ''))
      assert.deepEqual(
        unsigned.map(([path]) => path),
        [],
      )
    })

    it('leaves it to whoever installs where packages come from', () => {
      const pinned = Object.entries(packages).filter(
        ([, { resolved, link }]) => resolved !== undefined && !link,
      )
      assert.deepEqual(
        pinned.map(([path]) => path),
        [],
      )
    })
  })

/** Where a package may stand that is asked for at a path: in its folder, or in one above it. */
function placesOf(name: string, path: string): string[] {
  const own = path === '' ? `node_modules/${name}` : `${path}/node_modules/${name}`
  return path === ''
    ? [own]
    : [own, ...placesOf(name, path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/'))))]
}
