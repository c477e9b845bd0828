/**
 * The tables of the search, one step per version; steps once released are never changed.
 *
 * Documents carry the number that `search_repo` gives to their repo. Staged ones carry a number of `search_staged`, and
 * those that were replaced or cleared one of `search_leftover`: giving a repo another number switches all of its
 * documents at once. No number is ever used twice. A repo whose documents were staged keeps the name of their tree and
 * the path of its first record, by which a part that comes once more after a crash is recognised. Switches are counted, so that a query can go on with what there was
 * when its first page was asked for.
 *
 * FTS5 keeps the index without the text, which is in the records. The index of addresses begins with the record
 * key: most keys are timestamps, so that live records touch only its last pages. Those that were staged have keys of all
 * times, but come repo by repo: `search_document_path` has them in that order, which spares a page for nearly each of
 * them. A document stays in the index that it was first put into; numbers of staged documents are negative, so that only
 * there both are asked. The documents of a number are
 * found by a word of their own. Entries of deleted documents go when their run is merged anyway: merging a run because
 * of them (`deletemerge`) would hold up everything else.
 */
export const schema: readonly string[] = [
  `
  CREATE TABLE search_repo (
    number INTEGER PRIMARY KEY,
    did TEXT NOT NULL UNIQUE,
    shown INTEGER NOT NULL,
    data TEXT,
    first_path TEXT
  );
  CREATE TABLE search_staged (
    did TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    data TEXT NOT NULL,
    first_path TEXT NOT NULL,
    fields TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE search_leftover (number INTEGER PRIMARY KEY, hidden INTEGER NOT NULL, after INTEGER NOT NULL);
  CREATE TABLE search_document (
    id INTEGER PRIMARY KEY,
    repo INTEGER NOT NULL,
    collection TEXT NOT NULL,
    rkey TEXT NOT NULL,
    generation INTEGER NOT NULL,
    staged INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX search_document_address ON search_document (rkey, repo, collection) WHERE staged = 0;
  CREATE UNIQUE INDEX search_document_path ON search_document (repo, collection, rkey) WHERE staged = 1;
  CREATE VIRTUAL TABLE search_text USING fts5 (
    text, repo, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2"
  );
  INSERT INTO search_text (search_text, rank) VALUES ('deletemerge', 0);
  CREATE TABLE search_state (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
  INSERT INTO search_state VALUES ('generation', 0), ('documents', 0), ('last_number', 0), ('switches', 0);
  `,
  `
  CREATE TABLE search_own (
    did TEXT NOT NULL,
    collection TEXT NOT NULL,
    rkey TEXT NOT NULL,
    cid TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (did, collection, rkey)
  ) WITHOUT ROWID;
  `,
]
