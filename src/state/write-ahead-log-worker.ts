import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

// A thread that moves pages from the write-ahead log into the database, whenever it is told to.

const port = parentPort
if (port === null) throw new Error('this file runs in a worker thread')
const sqlite = new DatabaseSync(workerData as string)
sqlite.exec('PRAGMA synchronous = NORMAL')
const checkpoint = sqlite.prepare('PRAGMA wal_checkpoint(PASSIVE)')

port.on('message', (message: 'run' | 'end') => {
  if (message === 'end') {
    sqlite.close()
    port.close()
    return
  }
  try {
    checkpoint.get()
  } catch {
    // A disk that is full, for example: whoever commits will see.
  }
  port.postMessage('done')
})
