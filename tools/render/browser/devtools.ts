import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { UsageError } from '@tidegauge/otel/usage-error'

export interface BrowserOptions {
  readonly program: string
  /** For how long one command may take, in milliseconds. @default 60_000 */
  readonly timeoutMs?: number
}

type Params = Readonly<Record<string, unknown>>

/** A browser without a window, spoken to by the DevTools protocol over a pipe. https://chromedevtools.github.io/devtools-protocol/ */
export class HeadlessBrowser implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #profile: string
  readonly #timeoutMs: number
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>()
  readonly #listeners = new Set<(method: string, params: Params) => void>()
  #stderr = ''
  #nextId = 1
  #failure: UsageError | undefined

  private constructor(child: ChildProcess, profile: string, { program, timeoutMs = 60_000 }: BrowserOptions) {
    this.#child = child
    this.#profile = profile
    this.#timeoutMs = timeoutMs
    let buffered = ''
    ;(child.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      const messages = (buffered + text).split('\0')
      buffered = messages.pop() ?? ''
      for (const message of messages) this.#receive(message)
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-2000)
    })
    child.on('error', (error) => this.#fail(`${program} cannot be run: ${error.message}`))
    child.on('exit', (code, signal) =>
      this.#fail(`${program} ended with ${signal ?? code}: ${this.#stderr.trim().split('\n').at(-1) ?? ''}`),
    )
    // Writing to a browser that has ended fails here as well, with nothing to add.
    for (const stream of child.stdio) stream?.on('error', () => {})
  }

  static async start(options: BrowserOptions): Promise<HeadlessBrowser> {
    const profile = await mkdtemp(join(tmpdir(), 'tidegauge-browser-'))
    // As root, as in a container, Chromium has no sandbox and refuses to start with one.
    const isRoot = process.getuid?.() === 0
    const flags = [
      '--headless=new',
      '--remote-debugging-pipe',
      '--no-first-run',
      '--no-default-browser-check',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-extensions',
      '--disable-background-networking',
      '--force-color-profile=srgb',
      '--hide-scrollbars',
      `--user-data-dir=${profile}`,
      ...(isRoot ? ['--no-sandbox'] : []),
      'about:blank',
    ]
    const child = spawn(options.program, flags, { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] })
    return new HeadlessBrowser(child, profile, options)
  }

  /** @throws {UsageError} when the browser refuses, ends or does not answer in time. */
  send<Result>(method: string, params: Params = {}, sessionId?: string): Promise<Result> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const id = this.#nextId++
    const answer = Promise.withResolvers<unknown>()
    this.#pending.set(id, answer)
    const timer = setTimeout(
      () =>
        this.#settle(id, (pending) =>
          pending.reject(new UsageError(`the browser did not answer ${method} within ${this.#timeoutMs} ms`)),
        ),
      this.#timeoutMs,
    )
    ;(this.#child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
    return answer.promise.finally(() => clearTimeout(timer)) as Promise<Result>
  }

  onEvent(listener: (method: string, params: Params) => void): void {
    this.#listeners.add(listener)
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as {
      id?: number
      method?: string
      params?: Params
      result?: unknown
      error?: { message: string }
    }
    if (message.id === undefined) {
      for (const listener of this.#listeners) listener(message.method ?? '', message.params ?? {})
      return
    }
    const { error, result } = message
    this.#settle(message.id, (pending) =>
      error === undefined
        ? pending.resolve(result)
        : pending.reject(new UsageError(`the browser refused: ${error.message}`)),
    )
  }

  #settle(id: number, how: (pending: PromiseWithResolvers<unknown>) => void): void {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (pending !== undefined) how(pending)
  }

  #fail(message: string): void {
    this.#failure ??= new UsageError(message)
    for (const id of [...this.#pending.keys()]) this.#settle(id, (pending) => pending.reject(this.#failure))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { exitCode, signalCode } = this.#child
    if (exitCode === null && signalCode === null && this.#child.pid !== undefined) {
      const ended = new Promise((resolve) => this.#child.once('exit', resolve))
      this.send('Browser.close').catch(() => {})
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5000)
      await ended
      clearTimeout(timer)
    }
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}
