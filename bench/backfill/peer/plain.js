// The plain pipeline: listRepos, getRepo, and verification by @atproto/repo, every record stored into SQLite, one
// transaction for each repo. @atproto/sync has nothing that fetches repos.
// usage: node plain.js PDS_URL PLC_URL DATABASE; prints what it did and used.
import { argv, cpuUsage, memoryUsage } from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { IdResolver, MemoryCache } from '@atproto/identity'
import { readCarWithRoot, verifyRepo } from '@atproto/repo'

const [pds, plcUrl, file] = argv.slice(2)
const concurrency = 4

const db = new DatabaseSync(file)
db.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE record (uri TEXT PRIMARY KEY, did TEXT, collection TEXT, rkey TEXT, cid TEXT, rev TEXT, bytes BLOB) WITHOUT ROWID;
  CREATE TABLE repo (did TEXT PRIMARY KEY, rev TEXT, cid TEXT) WITHOUT ROWID;
`)
const put = db.prepare('INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?, ?, ?)')
const putRepo = db.prepare('INSERT OR REPLACE INTO repo VALUES (?, ?, ?)')
// The network of the bench is on loopback, which the guarded default refuses.
const idResolver = new IdResolver({ plcUrl, didCache: new MemoryCache(), fetch: globalThis.fetch })

let records = 0
const before = cpuUsage()
const startMs = performance.now()
const dids = []
for (let cursor = ''; ; ) {
  const page = await (
    await fetch(`${pds}/xrpc/com.atproto.sync.listRepos?limit=1000&cursor=${cursor}`)
  ).json()
  dids.push(...page.repos.map(({ did }) => did))
  if (page.cursor === undefined) break
  cursor = page.cursor
}
let next = 0
await Promise.all(
  Array.from({ length: concurrency }, async () => {
    while (next < dids.length) await backfill(dids[next++])
  }),
)
const { user, system } = cpuUsage(before)
const seconds = (performance.now() - startMs) / 1000
console.log(
  JSON.stringify({ records, seconds, cpuSeconds: (user + system) / 1e6, rssBytes: memoryUsage.rss() }),
)

async function backfill(did) {
  const { pds, signingKey } = await idResolver.did.resolveAtprotoData(did)
  const response = await fetch(`${pds}/xrpc/com.atproto.sync.getRepo?did=${did}`)
  const car = await readCarWithRoot(new Uint8Array(await response.arrayBuffer()))
  const verified = await verifyRepo(car.blocks, car.root, did, signingKey)
  const { commit, creates } = verified
  db.exec('BEGIN')
  for (const { collection, rkey, cid } of creates) {
    const uri = `at://${did}/${collection}/${rkey}`
    put.run(uri, did, collection, rkey, cid.toString(), commit.rev, car.blocks.get(cid))
    records++
  }
  putRepo.run(did, commit.rev, car.root.toString())
  db.exec('COMMIT')
}
