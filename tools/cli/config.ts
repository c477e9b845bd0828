import { processEnvironment } from '@tidegauge/otel/environment'
import { UsageError } from '@tidegauge/otel/usage-error'
import type { Command, Program } from './command.ts'
import { flagsHelp, readFlags, toggle } from './flags.ts'

/** `config check FILE`. */
export function configCheckCommand({ name, version }: Program): Command {
  return {
    synopsis: 'FILE [FLAGS]',
    flags,
    json: '`{"file", "notices"}`: a file that can be used, and what has no effect in it.',
    details: () => flagsHelp(flags),
    examples: [{ type: 'config check otel.yaml', toDo: 'Exit code 0: it can be used; 2: it cannot.' }],
    async run(args, { out }) {
      const command = `${name} config check`
      const { values, words } = readFlags({ command, flags, args, allowsWords: true })
      const [file, ...more] = words
      if (file === undefined || more.length > 0)
        throw new UsageError(`config check takes one file: ${name} config check FILE`)
      const { checkConfig } = await import('@tidegauge/otel/configuration')
      const notices = await checkConfig(file, {
        service: { name, version },
        environment: processEnvironment(),
      })
      if (values.json) out(`${JSON.stringify({ file, notices })}\n`)
      else out([...notices, `${file} can be used\n`].join('\n'))
      return 0
    },
  }
}

/** `config print`. */
export function configPrintCommand({ name, version }: Program): Command {
  return {
    synopsis: '[FLAGS]',
    flags,
    json: '`{"telemetry": [{"key", "value", "origin"}]}`.',
    details: () => flagsHelp(flags),
    examples: [
      {
        type: 'config print',
        toDo: 'Show what OTEL_* variables, or the file that OTEL_CONFIG_FILE names, come to.',
      },
    ],
    async run(args, { out }) {
      const { values } = readFlags({ command: `${name} config print`, flags, args })
      const { effectiveSettings, formatSettings } = await import('@tidegauge/otel/configuration')
      const telemetry = await effectiveSettings({
        service: { name, version },
        environment: processEnvironment(),
      })
      out(values.json ? `${JSON.stringify({ telemetry })}\n` : formatSettings(telemetry))
      return 0
    },
  }
}

const flags = { json: toggle('Prints it as JSON, for programs.') }
