import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Running } from './process.ts'
import { eventually } from './until.ts'

export interface TutorialOptions {
  /** Where its commands run and where its files are. */
  readonly folder: string
  /** What the text says, such as a port, and what it is in this run. */
  readonly instead: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Does what a block of kind `sh` has the reader do in another folder. */
  readonly onElsewhere: (commands: string) => Promise<void>
}

/**
 * Follows a Markdown text word for word, block by block. The line that opens a block says what it is:
 * `console` holds commands after `$` and their output, `ts FILE` and `yaml FILE` an excerpt of a file or a file to
 * save, `diff` a change to apply, `text` what the service prints next. In output `…` matches anything, and a number
 * with many digits matches any number.
 */
export class Tutorial implements AsyncDisposable {
  readonly #options: TutorialOptions
  #service: Running | undefined

  constructor(options: TutorialOptions) {
    this.#options = options
  }

  async follow(markdown: string): Promise<void> {
    for (const [, opening = '', text = ''] of markdown.matchAll(/^```(.+)\n([\s\S]*?)^```$/gm)) {
      const [kind, file] = opening.split(' ')
      if (file !== undefined) this.#file(file, text)
      else if (kind === 'diff') await this.#apply(text)
      else if (kind === 'sh') await this.#options.onElsewhere(text)
      else if (kind === 'text') await eventually(() => this.#expect(`…${text}…`, this.#service?.log() ?? ''))
      else if (kind === 'console') await this.#console(text)
      else assert.fail(`a block of unknown kind: ${opening}`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#service?.[Symbol.asyncDispose]()
  }

  #file(name: string, text: string): void {
    const path = join(this.#options.folder, name)
    if (!existsSync(path)) writeFileSync(path, this.#actual(text))
    else assert.ok(readFileSync(path, 'utf8').includes(text), `${name} does not contain\n${text}`)
  }

  async #apply(change: string): Promise<void> {
    writeFileSync(join(this.#options.folder, 'change.diff'), change)
    const { code, output } = await this.#run('git apply change.diff')
    assert.equal(code, 0, output)
  }

  async #console(text: string): Promise<void> {
    for (const part of text.split(/^\$ /m).slice(1)) {
      const [command = '', ...lines] = part.split('\n')
      const expected = lines.join('\n')
      if (/npm start$/.test(command)) await this.#serve(command, expected)
      else this.#expect(expected, (await this.#run(command)).output, command)
    }
  }

  /** A service runs until the next one starts. */
  async #serve(command: string, expected: string): Promise<void> {
    await this.#service?.[Symbol.asyncDispose]()
    this.#service = this.#start(command)
    await eventually(() => this.#expect(`${expected}…`, this.#service?.log() ?? '', command))
  }

  async #run(command: string): Promise<{ code: unknown; output: string }> {
    await using process = this.#start(command)
    return { code: await process.exited, output: process.log() }
  }

  #start(command: string): Running {
    const { folder, env } = this.#options
    const script = `cd '${folder}' && ${this.#actual(command)}`
    return new Running({ name: command, command: 'bash', args: ['-c', script], env })
  }

  #actual(text: string): string {
    const { instead } = this.#options
    const known = new RegExp(Object.keys(instead).map(literal).join('|'), 'g')
    return text.replace(known, (found) => instead[found] ?? found)
  }

  #expect(expected: string, output: string, command = ''): void {
    const pattern = literal(this.#actual(expected))
      .replaceAll('…', '.*')
      .replace(/\d+\\\.\d{5,}/g, '[\\d.e-]+')
      .replace(/after \d+ s/g, 'after \\d+ s')
    const said = output.replace(/^npm (warn|notice).*\n/gm, '')
    if (!new RegExp(`^${pattern}$`, 's').test(said))
      assert.fail(`${command}\n--- should print\n${this.#actual(expected)}\n--- prints\n${said}`)
  }
}

/** Escapes a text for a regular expression. */
function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
