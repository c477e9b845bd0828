/**
 * The tables of the storage, one step per version; steps once released are never changed.
 *
 * Records carry the number of the row of their repo. Staged ones carry a number that no repo has yet, and those that
 * were replaced or cleared one that no repo has any more: giving the row of a repo another number switches its whole
 * content at once. No number is ever used twice. `leftover` names the numbers whose records are still to be removed,
 * and the record up to which they are.
 *
 * Records get ascending numbers, so that what is new lies together at the end of the file. `record_address` begins
 * with the record key for the same reason: most keys are timestamps, and live records touch only its last pages. Those
 * that were staged have keys of all times, but come repo by repo: `record_path` has them in that order, at half the
 * cost. A record stays in the index that it was first put into; numbers of staged content are negative, so that only
 * there both are asked.
 * `record_term` is the inverted index for everything that would touch a random page per entry in a B-tree (repo,
 * links, fields): FTS5 gathers its entries in sorted runs and merges them, with a fifth of the writing. Entries of
 * deleted records go when their run is merged anyway: merging a run because of them (`deletemerge`) would hold up
 * everything else for a tenth of a second.
 */
export const schema: readonly string[] = [
  `
  CREATE TABLE repo (
    id INTEGER PRIMARY KEY,
    did TEXT NOT NULL UNIQUE,
    status INTEGER NOT NULL,
    content INTEGER NOT NULL,
    rev TEXT,
    data BLOB,
    handle TEXT,
    position INTEGER,
    account_position INTEGER,
    updated_at INTEGER NOT NULL,
    desync TEXT,
    run TEXT,
    confirmed_at INTEGER,
    held INTEGER NOT NULL
  );
  CREATE INDEX repo_status ON repo (status, did);
  CREATE INDEX repo_held ON repo (did) WHERE held > 0;
  CREATE TABLE staged (
    did TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    data BLOB NOT NULL,
    last_path TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE leftover (number INTEGER PRIMARY KEY, after INTEGER NOT NULL);
  CREATE TABLE held_event (id INTEGER PRIMARY KEY AUTOINCREMENT, did TEXT NOT NULL, payload BLOB NOT NULL);
  CREATE INDEX held_event_did ON held_event (did);
  CREATE TABLE repo_tracking (did TEXT PRIMARY KEY, tracking TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE note (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE collection (
    id INTEGER PRIMARY KEY,
    nsid TEXT NOT NULL UNIQUE,
    records INTEGER NOT NULL
  );
  CREATE TABLE record (
    id INTEGER PRIMARY KEY,
    repo INTEGER NOT NULL,
    collection INTEGER NOT NULL,
    rkey TEXT NOT NULL,
    cid BLOB NOT NULL,
    rev TEXT NOT NULL,
    indexed_at INTEGER NOT NULL,
    staged INTEGER NOT NULL,
    bytes BLOB NOT NULL
  );
  CREATE UNIQUE INDEX record_address ON record (rkey, repo, collection) WHERE staged = 0;
  CREATE UNIQUE INDEX record_path ON record (repo, collection, rkey) WHERE staged = 1;
  CREATE INDEX record_collection ON record (collection);
  CREATE VIRTUAL TABLE record_term USING fts5 (
    terms, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
  );
  INSERT INTO record_term (record_term, rank) VALUES ('deletemerge', 0);
  CREATE TABLE storage_state (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
  INSERT INTO storage_state VALUES ('last_record', 0), ('last_repo', 0);
  `,
]
