import { UsageError } from '@tidegauge/otel/usage-error'
import { type Command, type Flag, flagsHelp, type Program, readFlags, toggle } from '@tidegauge/tools/cli'
import { readShown } from './observers-file.ts'
import { counted } from './pages.ts'

/** `observe check`: whether serve would take a file of observers. */
export function observeCheckCommand({ name }: Program): Command {
  return {
    synopsis: 'FILE [FLAGS]',
    flags,
    json: '`{"observers": [{"name", "when", "actions"}]}`.',
    details: () => flagsHelp(flags),
    examples: [
      { type: 'observe check observers.yaml', toDo: 'Say what is wrong in a file, and how to mend it.' },
    ],
    async run(args, { out }) {
      const command = `${name} observe check`
      const { values, words } = readFlags({ command, flags, args, allowsWords: true })
      const [path, ...more] = words
      if (path === undefined || more.length > 0) throw new UsageError(`name one file: ${command} FILE`)
      const observers = await readShown(path)
      if (values.json) out(`${JSON.stringify({ observers })}\n`)
      else {
        for (const { name, actions } of observers) out(`${name}  → ${actions.join(', ')}\n`)
        out(`${path}: ${counted(observers.length, 'observer')}, all well\n`)
      }
      return 0
    },
  }
}

const flags = { json: toggle('Prints the observers as JSON, for programs.') } as const satisfies Record<
  string,
  Flag
>
