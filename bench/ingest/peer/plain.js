// The plain pipeline: @atproto/sync as its README shows it, every event stored into SQLite.
// usage: node plain.js RELAY_URL PLC_URL DATABASE CURSOR LAST_SEQ; prints what it did and used when LAST_SEQ is stored.
import { argv, cpuUsage, exit } from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { IdResolver, MemoryCache } from '@atproto/identity'
import { Firehose } from '@atproto/sync'

const [relay, plcUrl, file, cursor, lastSeq] = argv.slice(2)

const db = new DatabaseSync(file)
db.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE record (uri TEXT PRIMARY KEY, did TEXT, collection TEXT, rkey TEXT, cid TEXT, rev TEXT, bytes BLOB) WITHOUT ROWID;
  CREATE TABLE cursor (id INTEGER PRIMARY KEY, seq INTEGER);
`)
const put = db.prepare('INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?, ?, ?)')
const remove = db.prepare('DELETE FROM record WHERE uri = ?')
const moveCursor = db.prepare('INSERT OR REPLACE INTO cursor VALUES (1, ?)')

let operations = 0
const firehose = new Firehose({
  service: relay.replace(/^http/, 'ws'),
  // The network of the bench is on loopback, which the guarded default refuses.
  idResolver: new IdResolver({ plcUrl, didCache: new MemoryCache(), fetch: globalThis.fetch }),
  unauthenticatedHandles: true,
  getCursor: () => Number(cursor),
  handleEvent: (event) => {
    db.exec('BEGIN')
    if (event.event === 'create' || event.event === 'update') {
      const bytes = event.blocks.get(event.cid)
      put.run(
        event.uri.toString(),
        event.did,
        event.collection,
        event.rkey,
        event.cid.toString(),
        event.rev,
        bytes,
      )
    } else if (event.event === 'delete') {
      remove.run(event.uri.toString())
    }
    moveCursor.run(event.seq)
    db.exec('COMMIT')
    operations++
    if (event.seq >= Number(lastSeq)) {
      console.log(JSON.stringify({ operations, cpu: cpuUsage() }))
      exit(0)
    }
  },
  onError: (error) => {
    console.error(error)
    exit(1)
  },
})
firehose.start()
