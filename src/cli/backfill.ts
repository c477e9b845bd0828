import { setTimeout as sleep } from 'node:timers/promises'
import { type Command, type Flag, type Program, readFlags, type Terminal, toggle } from '@tidegauge/tools/cli'
import type { BackfillProgress } from '../edge/http/control.ts'
import { nodeFlags, withNode } from './node/with-node.ts'
import { nodeHelp } from './pages.ts'
import { progressLine, setAsideLine } from './progress-line.ts'

/** `backfill`: begins to fetch what is not synced, and shows how far that has come. */
export function backfillCommand({ name }: Program): Command {
  return {
    synopsis: '[FLAGS]',
    flags,
    json: '`BackfillProgress`, once it ends.',
    details: () => `${nodeHelp(flags)}

It ends when nothing is left that the node can do. Repos that wait for their owners to write, or for their hosts to give
them out, are told of; the node fetches them once that happens. The exit code is 1 where repos were given up, or
could not be listed.

The work is the node's: Ctrl-C ends the watching alone. Without a node the command does it by itself; what it has not
done when it is ended, the next one does.`,
    examples: [
      { type: 'backfill', toDo: 'Fetch every repo that the source lists, and watch.' },
      { type: 'backfill --status', toDo: 'Show how far it has come.' },
    ],
    async run(args, terminal) {
      const { values } = readFlags({ command: `${name} backfill`, flags, args })
      const { json, status, ...place } = values
      return withNode(place, async (api) => {
        const show = (progress: BackfillProgress) =>
          terminal.out(`${json ? JSON.stringify(progress) : progressLine(progress)}\n`)
        if (status) {
          show(await api.get('/backfill', isProgress))
          return 0
        }
        let progress = await api.post('/backfill', isProgress)
        const draw = drawProgress(terminal, json === true)
        while (!isDone(progress)) {
          draw(progress)
          await sleep(1000)
          progress = await api.get('/backfill', isProgress)
        }
        draw.end()
        show(progress)
        const { setAside, listFailure, deadLetters } = progress
        if (setAside > 0 && !json) terminal.out(`${setAsideLine(progress)}\n`)
        if (listFailure !== undefined)
          terminal.err(`the repos of the source were not all listed: ${listFailure}\n`)
        return deadLetters > 0 || listFailure !== undefined ? 1 : 0
      })
    },
  }
}

/** What is set aside is nothing to wait for. */
function isDone({ isListed, listFailure, waiting, setAside, running }: BackfillProgress): boolean {
  return (isListed || listFailure !== undefined) && waiting <= setAside && running === 0
}

/** On a terminal one line that changes; elsewhere a line now and then, for whoever reads the log. */
function drawProgress({ err, isInteractive }: Terminal, isSilent: boolean) {
  let drawnMs = Number.NEGATIVE_INFINITY
  const draw = (progress: BackfillProgress) => {
    if (isSilent) return
    if (isInteractive) {
      err(`\r\u001b[K${progressLine(progress)}`)
      return
    }
    if (performance.now() - drawnMs < betweenLinesMs) return
    drawnMs = performance.now()
    err(`${progressLine(progress)}\n`)
  }
  return Object.assign(draw, {
    end: () => {
      if (isInteractive && !isSilent) err('\r\u001b[K')
    },
  })
}

const betweenLinesMs = 10_000

function isProgress(body: unknown): body is BackfillProgress {
  if (typeof body !== 'object' || body === null) return false
  const { isListed, ...numbers } = body as BackfillProgress
  const { listed, waiting, setAside, setAsideHosts, running, synced, pending, deadLetters } = numbers
  const { reposPerSecond, recordsPerSecond } = numbers
  return (
    typeof isListed === 'boolean' &&
    Array.isArray(setAsideHosts) &&
    [
      listed,
      waiting,
      setAside,
      running,
      synced,
      pending,
      deadLetters,
      reposPerSecond,
      recordsPerSecond,
    ].every(Number.isFinite)
  )
}

const flags = {
  status: toggle('Shows how far it has come, and begins nothing.'),
  json: toggle('Prints what the API answers at the end, for programs.'),
  ...nodeFlags,
} as const satisfies Record<string, Flag>
