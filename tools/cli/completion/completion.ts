import { didYouMean } from '@tidegauge/otel/nearest'
import { UsageError } from '@tidegauge/otel/usage-error'
import type { Command, CommandEntry, Program } from '../command.ts'
import { bashCompletion } from './bash.ts'
import { type DescribedCommand, describeCommands } from './described.ts'
import { fishCompletion } from './fish.ts'
import { zshCompletion } from './zsh.ts'

/** `completion SHELL`: the script that lets a shell complete commands, flags and their values. */
export function completionCommand({ name }: Program, commands: readonly CommandEntry[]): Command {
  return {
    synopsis: 'bash|zsh|fish',
    words: shells,
    details: () => `To have it in every shell that is started from now on:
  bash  ${name} completion bash > ~/.local/share/bash-completion/completions/${name}
  zsh   ${name} completion zsh > a file _${name} in a folder of $fpath
  fish  ${name} completion fish > ~/.config/fish/completions/${name}.fish

It holds the commands and flags of this version: write it again after an update.`,
    examples: [
      { type: 'completion bash > completion.bash && source completion.bash', toDo: 'Try it in this bash.' },
    ],
    async run([shell = '', ...more], { out }) {
      const write = Object.hasOwn(writers, shell) ? writers[shell as keyof typeof writers] : undefined
      if (write === undefined || more.length > 0)
        throw new UsageError(
          `completion takes the name of a shell${didYouMean(shell, shells)}: ${name} completion ${shells.join('|')}`,
        )
      out(write(name, await describeCommands(commands)))
      return 0
    },
  }
}

type Writer = (program: string, commands: readonly DescribedCommand[]) => string

const writers = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
} as const satisfies Readonly<Record<string, Writer>>

const shells = Object.keys(writers)
