/** The tables of the node's own repo. */
export const schema: readonly string[] = [
  `
  CREATE TABLE local_repo (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    did TEXT NOT NULL,
    rev TEXT NOT NULL,
    commit_bytes BLOB NOT NULL,
    data TEXT NOT NULL,
    action TEXT NOT NULL
  );
  CREATE TABLE local_record (path TEXT PRIMARY KEY, cid TEXT NOT NULL, rev TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX local_record_cid ON local_record (cid);
  CREATE TABLE local_block (cid TEXT PRIMARY KEY, bytes BLOB NOT NULL, dropped_at INTEGER);
  CREATE INDEX local_block_dropped ON local_block (dropped_at) WHERE dropped_at IS NOT NULL;
  CREATE TABLE local_change (path TEXT PRIMARY KEY, rev TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX local_change_rev ON local_change (rev);
  CREATE TABLE local_event (seq INTEGER PRIMARY KEY, frame BLOB NOT NULL);
  `,
]
