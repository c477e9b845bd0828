import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, it } from 'node:test'
import { SetupError } from '../model/errors.ts'
import { Database } from './database.ts'

const root = mkdtempSync(join(tmpdir(), 'tidegauge-database-'))
after(() => rmSync(root, { recursive: true }))

const steps = [
  'CREATE TABLE thing (id INTEGER PRIMARY KEY, text TEXT); CREATE INDEX thing_text ON thing (text)',
  'ALTER TABLE thing ADD COLUMN more TEXT',
]

describe('Database', () => {
  it('makes its folder, and keeps what was written', () => {
    const dir = join(newFolder(), 'a', 'b')
    fill(dir)
    using database = new Database({ dir })
    database.migrate('things', steps)
    assert.equal(count(database), 2000)
  })

  it('opens a large one', () => {
    const dir = newFolder()
    fillLargely(dir)
    using database = new Database({ dir })
    assert.equal(count(database), 2070)
  })

  it('runs each step of a room once', () => {
    const dir = newFolder()
    for (const some of [steps.slice(0, 1), steps, steps]) {
      using database = new Database({ dir })
      database.migrate('things', some)
      database.migrate('others', [])
    }
  })

  it('keeps all changes of a transaction or none', () => {
    using database = new Database()
    database.migrate('things', steps)
    const insert = () => database.sqlite.exec("INSERT INTO thing (text) VALUES ('x')")
    assert.equal(
      database.transaction(() => insert() ?? 'result'),
      'result',
    )
    assert.throws(
      () =>
        database.transaction(() => {
          insert()
          throw new Error('changed my mind')
        }),
      /changed my mind/,
    )
    assert.equal(count(database), 1)
    database.transaction(insert)
    assert.equal(count(database), 2)
  })

  it('waits for the disk where that is asked for, and only there', () => {
    using database = new Database({ dir: newFolder() })
    const waits = () => database.sqlite.prepare('PRAGMA synchronous').get()?.synchronous
    assert.equal(database.durably(waits), 2)
    assert.throws(() => database.durably(() => assert.fail()))
    assert.equal(database.transaction(waits), 1)
    assert.throws(() => database.transaction(() => database.durably(() => {})))
  })

  it('knows what it takes on disk, its log included', () => {
    const dir = newFolder()
    using database = new Database({ dir })
    database.migrate('things', steps)
    const before = database.diskBytes()
    database.transaction(() => {
      for (let i = 0; i < 1000; i++)
        database.sqlite.exec(`INSERT INTO thing (text) VALUES ('${'x'.repeat(1000)}')`)
    })
    assert.ok(database.diskBytes() - before > 2_000_000)
  })

  const unusable: Readonly<Record<string, readonly [prepare: (dir: string) => void, message: RegExp]>> = {
    'a folder that is a file': [(dir) => writeFileSync(dir, 'mine'), /there is a file in its place.*--data/],
    'random bytes': [(dir) => writeDatabase(dir, randomBytes(8192)), /is damaged.*move it away/],
    text: [(dir) => writeDatabase(dir, Buffer.from('hello')), /is damaged.*move it away/],
    'a database that was cut off': [
      (dir) => {
        fill(dir)
        truncateSync(join(dir, 'tidegauge.db'), 20_000)
      },
      /is damaged.*move it away/,
    ],
    'a database with a spoiled header': [(dir) => spoil(dir, 0, 16), /is damaged.*move it away/],
    'a database with a spoiled page': [(dir) => spoil(dir, 4 * 4096, 4096), /is damaged.*move it away/],
    'a database with a spoiled schema': [(dir) => spoil(dir, 100, 200), /is damaged.*move it away/],
    'a large database with a spoiled page at its edge': [
      (dir) => {
        fillLargely(dir)
        // The first page of the table's tree, to which everything in it leads.
        const { rootpage } = query(dir, "SELECT rootpage FROM sqlite_schema WHERE name = 'thing'")
        overwrite(dir, (Number(rootpage) - 1) * 4096, 4096)
      },
      /is damaged.*move it away/,
    ],
    'a folder in the place of the database': [
      (dir) => mkdirSync(join(dir, 'tidegauge.db'), { recursive: true }),
      /cannot be opened/,
    ],
    'a database of another program': [
      (dir) => {
        mkdirSync(dir, { recursive: true })
        const other = new DatabaseSync(join(dir, 'tidegauge.db'))
        other.exec('CREATE TABLE theirs (x)')
        other.close()
      },
      /belongs to another program.*--data/,
    ],
    'a newer schema': [
      (dir) => {
        using database = new Database({ dir })
        database.migrate('things', [...steps, 'CREATE TABLE newer (x)'])
      },
      /newer version of Tidegauge.*run that version/,
    ],
    'a spoiled lock': [
      (dir) => {
        fill(dir)
        writeFileSync(join(dir, 'tidegauge.lock'), randomBytes(8192))
      },
      /the lock .* cannot be taken.*delete that file/,
    ],
    'another that runs in this process': [
      (dir) => {
        fill(dir)
        held.push(new Database({ dir }))
      },
      /another Tidegauge runs on.*--data/,
    ],
  }
  const held: Database[] = []
  after(() => {
    for (const database of held) database[Symbol.dispose]()
  })
  for (const [name, [prepare, message]] of Object.entries(unusable)) {
    it(`refuses ${name} in one line, and changes nothing`, () => {
      const dir = join(newFolder(), 'data')
      prepare(dir)
      const before = contents(dir)
      assert.throws(
        () => {
          using database = new Database({ dir })
          database.migrate('things', steps)
        },
        (error) => {
          assert.ok(error instanceof SetupError, String(error))
          assert.match(error.message, message)
          assert.doesNotMatch(error.message, /\n/)
          return true
        },
      )
      assert.deepEqual(contents(dir), before)
    })
  }

  it('refuses a folder that cannot be written', () => {
    // Nobody may make folders there, not even root.
    for (const dir of ['/proc/tidegauge', '/dev/null/tidegauge']) {
      assert.throws(() => new Database({ dir }), SetupError)
    }
  })

  it('refuses a folder that another process uses, until that one is killed', async () => {
    const dir = newFolder()
    fill(dir)
    const child = await holder(dir)
    assert.throws(() => new Database({ dir }), /another Tidegauge runs on/)
    child.kill('SIGKILL')
    await once(child, 'exit')
    using database = new Database({ dir })
    assert.equal(count(database), 2000)
  })
})

function newFolder(): string {
  return mkdtempSync(join(root, 'data-'))
}

function fill(dir: string): void {
  using database = new Database({ dir })
  database.migrate('things', steps)
  database.transaction(() => {
    const insert = database.sqlite.prepare('INSERT INTO thing (text) VALUES (?)')
    for (let i = 0; i < 2000; i++) insert.run(`number ${i}`)
  })
}

/** Above the size up to which all of it is checked. */
function fillLargely(dir: string): void {
  fill(dir)
  using database = new Database({ dir })
  database.sqlite.exec('CREATE VIRTUAL TABLE words USING fts5 (word)')
  const insert = database.sqlite.prepare('INSERT INTO thing (more) VALUES (zeroblob(1000000))')
  for (let i = 0; i < 70; i++) insert.run()
}

function query(dir: string, sql: string): Record<string, unknown> {
  using database = new Database({ dir })
  return database.sqlite.prepare(sql).get() ?? {}
}

function overwrite(dir: string, at: number, length: number): void {
  const file = openSync(join(dir, 'tidegauge.db'), 'r+')
  writeSync(file, randomBytes(length), 0, length, at)
  closeSync(file)
}

function count({ sqlite }: Database): unknown {
  return sqlite.prepare('SELECT count(*) AS count FROM thing').get()?.count
}

function writeDatabase(dir: string, bytes: Uint8Array): void {
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'tidegauge.db'), bytes)
}

function spoil(dir: string, at: number, length: number): void {
  fill(dir)
  const bytes = readFileSync(join(dir, 'tidegauge.db'))
  writeDatabase(dir, Buffer.concat([bytes.subarray(0, at), randomBytes(length), bytes.subarray(at + length)]))
}

/** The same each time. */
function randomBytes(length: number): Uint8Array {
  let state = 1
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 24
  })
}

/** All files and what is in them, save those that SQLite keeps beside a database while it is open. */
function contents(dir: string): readonly unknown[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter(({ name }) => !/-(wal|shm|journal)$/.test(name) && name !== 'tidegauge.lock')
      .map((entry) => [
        entry.name,
        entry.isFile() &&
          createHash('sha256')
            .update(readFileSync(join(dir, entry.name)))
            .digest('hex'),
      ])
  } catch {
    return [readFileSync(dir).toString('hex')]
  }
}

async function holder(dir: string): Promise<ChildProcess> {
  const program = `
    import { Database } from ${JSON.stringify(new URL('./database.ts', import.meta.url).href)}
    globalThis.database = new Database({ dir: ${JSON.stringify(dir)} })
    process.stdout.write('open')
    setInterval(() => {}, 1e6)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  return child
}
