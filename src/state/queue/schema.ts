/**
 * The tables of the queues, one step per version; steps once released are never changed.
 *
 * A lane is what waits in one queue with one priority in one group; `queue_job_due` keeps each in the order in which
 * it is taken. Jobs get ascending numbers, so that new ones lie together at the end of the file. Their keys have no
 * order that would help, so that an index of them in a B-tree would touch a page for each job: `queue_key` is filled
 * from memory, sorted, and many at a time (`KeyIndex`). Times are those of `steadyClock`; `last_change` shows at a start
 * that the clock was set back since then (`LastChange`). `queue_running` has the jobs that are leased: those that are in it
 * at a start were worked on when the process died.
 */
export const schema: readonly string[] = [
  `
  CREATE TABLE queue (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    live INTEGER NOT NULL,
    dead INTEGER NOT NULL
  );
  CREATE TABLE queue_lane (
    id INTEGER PRIMARY KEY,
    queue INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (queue, priority, name)
  );
  CREATE TABLE queue_job (
    id INTEGER PRIMARY KEY,
    queue INTEGER NOT NULL,
    key TEXT NOT NULL,
    lane INTEGER NOT NULL,
    due INTEGER NOT NULL,
    added INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    dead INTEGER NOT NULL,
    payload TEXT NOT NULL,
    failure TEXT,
    error TEXT
  );
  CREATE INDEX queue_job_due ON queue_job (lane, due) WHERE dead = 0;
  CREATE INDEX queue_job_added ON queue_job (queue, added) WHERE dead = 0;
  CREATE INDEX queue_job_dead ON queue_job (queue, due) WHERE dead = 1;
  CREATE TABLE queue_key (hash INTEGER NOT NULL, job INTEGER NOT NULL, PRIMARY KEY (hash, job)) WITHOUT ROWID;
  CREATE TABLE queue_state (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO queue_state VALUES ('last_job', 0), ('last_key', 0);
  `,
  "INSERT INTO queue_state VALUES ('last_change', 0);",
  `
  ALTER TABLE queue_job ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE queue_running (job INTEGER PRIMARY KEY);
  CREATE TABLE queue_hold (
    queue INTEGER NOT NULL,
    name TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (queue, name)
  ) WITHOUT ROWID;
  `,
  'CREATE INDEX queue_job_dead_lane ON queue_job (lane) WHERE dead = 1;',
]
