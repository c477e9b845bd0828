import type { Writable } from 'node:stream'
import { maskSecrets } from '@tidegauge/otel/mask'
import type { Terminal } from './command.ts'

export interface StandardStreams {
  /** Name of the program, as its messages begin. */
  readonly program: string
  readonly stdout: Writable & { readonly isTTY?: boolean }
  readonly stderr: Writable
  /** Called once, when what was asked for could not be written: the command has not done its work then. */
  readonly onFailure: () => void
}

/**
 * Writes to the streams of the process. A reader that goes away early, as `head` does, is no failure: the work is done
 * to its end, and its exit code stands. Of any other fault, such as a full disk, one line is said.
 */
export function createTerminal({ program, stdout, stderr, onFailure }: StandardStreams): Terminal {
  let hasFailed = false
  stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (hasFailed || code === 'EPIPE') return
    hasFailed = true
    const reason = code === 'ENOSPC' ? 'the disk is full' : `it cannot be written (${code})`
    stderr.write(`${program}: standard output: ${reason}; what was asked for is not complete\n`)
    onFailure()
  })
  // There is nowhere left to say it.
  stderr.on('error', () => {})
  return {
    out: (text) => stdout.write(text),
    // What is said of files and addresses of others may hold their secrets; what was asked for goes out as it is.
    err: (text) => stderr.write(maskSecrets(text)),
    isInteractive: stdout.isTTY === true,
  }
}
