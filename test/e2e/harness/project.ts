import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join, relative } from 'node:path'

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly exports?: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** A project of somebody else, which is removed with its folder at the end. */
export class Project implements Disposable {
  readonly folder: string
  readonly #top: string = mkdtempSync(join(tmpdir(), 'tidegauge-project-'))

  /** @param path where below a folder of its own it stands */
  constructor(path = '.') {
    this.folder = join(this.#top, path)
    mkdirSync(this.folder, { recursive: true })
  }

  /** Copies files into it, but neither what is installed nor what is built. */
  copy(from: string): void {
    const filter = (path: string) => !['node_modules', 'dist', 'package-lock.json'].includes(basename(path))
    cpSync(from, this.folder, { recursive: true, filter })
  }

  write(name: string, content: string | object): void {
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    writeFileSync(join(this.folder, name), text)
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8')
  }

  /** Runs commands with the Node of this process. @returns what they say. @throws {Error} with that when they fail. */
  run(commands: string, env: Readonly<Record<string, string>> = {}): string {
    const PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`
    return execFileSync('bash', ['-c', `{ ${commands}; } 2>&1`], {
      cwd: this.folder,
      encoding: 'utf8',
      env: { ...process.env, PATH, npm_config_prefer_offline: 'true', ...env },
    })
  }

  install(...packages: readonly string[]): void {
    this.run(`npm install ${packages.map((one) => `'${one}'`).join(' ')}`)
  }

  /** The manifests of all that is installed, by the folder of each; what is installed twice is here twice. */
  installed(): ReadonlyMap<string, Manifest> {
    const files = globSync('node_modules/**/package.json', { cwd: this.folder })
    const packages = files.filter((file) => /(^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(file))
    return new Map(packages.map((file) => [dirname(file), JSON.parse(this.read(file))]))
  }

  /** What a package holds, without what is installed below it. */
  filesOf(name: string): string[] {
    const cwd = join(this.folder, 'node_modules', name)
    return globSync('**', { cwd, withFileTypes: true, exclude: (entry) => entry.name === 'node_modules' })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(cwd, join(entry.parentPath, entry.name)))
  }

  /** The names of all that is installed. */
  names(): string[] {
    return [...this.installed().values()].map(({ name }) => name)
  }

  has(name: string): boolean {
    return existsSync(join(this.folder, 'node_modules', name))
  }

  manifestOf(name: string): Manifest {
    return JSON.parse(this.read(`node_modules/${name}/package.json`))
  }

  [Symbol.dispose](): void {
    rmSync(this.#top, { recursive: true, force: true })
  }
}
