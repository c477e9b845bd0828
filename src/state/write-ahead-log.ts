import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { steadyClock } from '../model/clock.ts'
import type { Fault } from '../model/fault.ts'

export interface WriteAheadLogOptions {
  readonly sqlite: DatabaseSync
  /** The file of the database. */
  readonly path: string
  /** Pages that wait in the write-ahead log before they are moved into the database. */
  readonly pages: number
}

/**
 * Moves pages from the write-ahead log into the database, in a thread of its own: that waits for the disk, and would
 * hold up this one for a tenth of a second.
 *
 * The log starts over once everything of it is moved, which the thread alone never reaches while there is always more.
 * So the last pages are moved here when there are few.
 */
export class WriteAheadLog implements Disposable {
  readonly #options: WriteAheadLogOptions
  readonly #measure: StatementSync
  readonly #finish: StatementSync
  #worker: Worker | undefined
  #isRunning = false
  #isEnded = false
  #failure: unknown
  #diedAtMs: number | undefined

  constructor(options: WriteAheadLogOptions) {
    const { sqlite, pages } = options
    this.#options = options
    // Should the thread not keep up, or not run, the pages are moved by whoever commits.
    sqlite.exec(`PRAGMA wal_autocheckpoint = ${pages * patience}`)
    this.#measure = sqlite.prepare('PRAGMA wal_checkpoint(NOOP)')
    this.#measure.setReturnArrays(true)
    this.#finish = sqlite.prepare('PRAGMA wal_checkpoint(PASSIVE)')
  }

  /** That the thread has died, and no other has moved pages since; undefined otherwise. */
  get fault(): Fault | undefined {
    if (this.#diedAtMs === undefined) return undefined
    // Another one tells at once whether it can run.
    if (!this.#isRunning) this.#run()
    return {
      reason: `the thread that moves pages into the database has died (${String(this.#failure)})`,
      mend: 'another is started by itself; where that does not help, look at memory and limits of threads, and restart',
      sinceMs: this.#diedAtMs,
    }
  }

  /** Looks after each commit whether there is enough to be moved. */
  look(): void {
    if (!this.#isRunning && !this.#isEnded && this.#waiting().waiting >= this.#options.pages) this.#run()
  }

  /** The thread ends by itself. */
  [Symbol.dispose](): void {
    this.#isEnded = true
    this.#worker?.postMessage('end')
  }

  #run(): void {
    this.#isRunning = true
    this.#worker ??= this.#start()
    this.#worker.postMessage('run')
  }

  #start(): Worker {
    const worker = new Worker(program, {
      workerData: this.#options.path,
      resourceLimits: { maxYoungGenerationSizeMb: 1 },
    })
    worker.unref()
    worker.on('message', () => this.#onRun())
    worker.on('error', (error) => {
      this.#failure = error
    })
    worker.on('exit', () => this.#onExit())
    return worker
  }

  /** Meanwhile pages are moved by whoever commits; the next who finds enough of them begins another thread. */
  #onExit(): void {
    this.#worker = undefined
    this.#isRunning = false
    if (!this.#isEnded) this.#diedAtMs ??= steadyClock()
  }

  #onRun(): void {
    this.#isRunning = false
    this.#diedAtMs = undefined
    if (this.#isEnded) return
    const { length, waiting } = this.#waiting()
    if (length < this.#options.pages * longLog) return
    // Less has been written while the thread had less to do.
    if (waiting > fewPages && waiting < this.#options.pages) this.#run()
    else if (waiting <= fewPages) this.#finish.get()
  }

  /** Pages in the log, and those that are not in the database yet. */
  #waiting(): { readonly length: number; readonly waiting: number } {
    const [, length, moved] = this.#measure.get() as unknown as [number, number, number]
    return { length, waiting: length - moved }
  }
}

/** How many times as many pages may be in the log until it is made to start over, which takes the disk a while. */
const longLog = 6

/** And how many until a commit moves them. */
const patience = 12

/** So many pages are moved within a few milliseconds. */
const fewPages = 200

/** Built, the program has the ending that this file then has. */
const program = new URL(
  import.meta.url.endsWith('.ts') ? './write-ahead-log-worker.ts' : './write-ahead-log-worker.js',
  import.meta.url,
)
