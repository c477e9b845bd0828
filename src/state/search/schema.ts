/**
 * The tables of the search, one step per version; steps once released are never changed.
 *
 * FTS5 keeps the index without the text, which is in the records. The index of addresses begins with the record
 * key: most keys are timestamps, so that live records touch only its last pages. The documents of a repo are
 * found by a word of their own.
 */
export const schema: readonly string[] = [
  `
  CREATE TABLE search_document (
    id INTEGER PRIMARY KEY,
    did TEXT NOT NULL,
    collection TEXT NOT NULL,
    rkey TEXT NOT NULL,
    generation INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX search_document_address ON search_document (rkey, did, collection);
  CREATE VIRTUAL TABLE search_text USING fts5 (
    text, repo, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2"
  );
  CREATE TABLE search_state (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
  INSERT INTO search_state VALUES ('generation', 0), ('documents', 0);
  `,
]
