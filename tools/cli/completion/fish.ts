import { type DescribedCommand, type DescribedFlag, wordsAfter } from './described.ts'

/** Writes the script that completes a program in fish. */
export function fishCompletion(program: string, commands: readonly DescribedCommand[]): string {
  const fn = `__${program.replaceAll('-', '_')}_at`
  const families = [
    ...new Set(commands.flatMap(({ name }) => (name.includes(' ') ? [name.split(' ', 1).join()] : []))),
  ]
  const lines = [
    `# fish completion of ${program}. Made by: ${program} completion fish`,
    '# Whether just this was typed: a command, or the first word of one, without what follows it.',
    `function ${fn}`,
    '  set -l typed (commandline -opc)[2..-1]',
    '  test "$typed" = "$argv[1]"',
    'end',
    '# Whether a command is being completed, and not one whose name is longer.',
    `function ${fn}_command`,
    '  set -l typed (commandline -opc)[2..-1]',
    '  set -l two (string join " " -- $typed[1..2])',
    `  if contains -- "$two" ${commands.flatMap(({ name }) => (name.includes(' ') ? [text(name)] : [])).join(' ')}`,
    '    test "$two" = "$argv[1]"',
    '  else',
    '    test "$typed[1]" = "$argv[1]"',
    '  end',
    'end',
    `complete -c ${program} -f`,
    ...['', 'help', ...families].flatMap((before) =>
      wordsAfter(commands, before === 'help' ? '' : before).map(
        ({ word, summary }) =>
          `complete -c ${program} -n ${text(`${fn} ${text(before)}`)} -a ${text(word)} -d ${text(summary)}`,
      ),
    ),
    `complete -c ${program} -n ${text(`${fn} ''`)} -a help -d ${text('Explain a command.')}`,
    ...commands.flatMap((command) =>
      linesOf(command, `complete -c ${program} -n ${text(`${fn}_command ${text(command.name)}`)}`),
    ),
  ]
  return `${lines.join('\n')}\n`
}

function linesOf({ flags, words, takesFiles }: DescribedCommand, start: string): readonly string[] {
  return [
    ...flags.map((flag) => `${start} -l ${flag.name.slice(2)} -d ${text(flag.help)}${taking(flag)}`),
    ...(words.length > 0 ? [`${start} -a ${text(words.join(' '))}`] : []),
    ...(takesFiles ? [`${start} -F`] : []),
  ]
}

function taking({ value }: DescribedFlag): string {
  if (value === undefined) return ''
  if (value.kind === 'words') return ` -x -a ${text(value.words.join(' '))}`
  if (value.kind === 'any') return ' -x'
  return value.kind === 'file' ? ' -r -F' : ` -x -a ${text('(__fish_complete_directories)')}`
}

/** Any text, in single quotes. */
function text(words: string): string {
  return `'${words.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
