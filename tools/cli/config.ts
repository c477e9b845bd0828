import { processEnvironment } from '@tidegauge/otel/environment'
import { UsageError } from '@tidegauge/otel/usage-error'
import type { Command, Program } from './command.ts'

/** `config check FILE`. */
export function configCheckCommand({ name, version }: Program): Command {
  return {
    synopsis: 'FILE',
    examples: [{ type: 'config check otel.yaml', toDo: 'Exit code 0: it can be used; 2: it cannot.' }],
    async run(args, { out }) {
      const [file, ...more] = args
      if (file === undefined || more.length > 0 || file.startsWith('-'))
        throw new UsageError(`config check takes one file: ${name} config check FILE`)
      const { checkConfig } = await import('@tidegauge/otel/configuration')
      const notices = await checkConfig(file, {
        service: { name, version },
        environment: processEnvironment(),
      })
      out([...notices, `${file} can be used\n`].join('\n'))
      return 0
    },
  }
}

/** `config print`. */
export function configPrintCommand({ name, version }: Program): Command {
  return {
    examples: [
      {
        type: 'config print',
        toDo: 'Show what OTEL_* variables, or the file that OTEL_CONFIG_FILE names, come to.',
      },
    ],
    async run(args, { out }) {
      if (args.length > 0) throw new UsageError(`config print takes no arguments: ${name} config print`)
      const { printConfig } = await import('@tidegauge/otel/configuration')
      out(await printConfig({ service: { name, version }, environment: processEnvironment() }))
      return 0
    },
  }
}
