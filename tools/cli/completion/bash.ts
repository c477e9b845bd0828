import { type DescribedCommand, type DescribedFlag, wordsAfter } from './described.ts'

/** Writes the script that completes a program in bash 4 or newer. */
export function bashCompletion(program: string, commands: readonly DescribedCommand[]): string {
  const fn = `_${program.replaceAll('-', '_')}`
  const families = [...new Set(commands.flatMap(({ name }) => (name.includes(' ') ? [firstWord(name)] : [])))]
  return `# bash completion of ${program}. Made by: ${program} completion bash
${fn}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  # For bash "=" is a word of its own.
  if [[ $cur == '=' ]]; then cur=''
  elif [[ $prev == '=' ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
  if (( COMP_CWORD == 1 )); then
    COMPREPLY=($(compgen -W ${quoted([...wordsAfter(commands, '').map(({ word }) => word), 'help', '--help', '--version'])} -- "$cur"))
    return
  fi
  local command=\${COMP_WORDS[1]} at=1
  if [[ $command == help ]] && (( COMP_CWORD > 1 )); then
    if (( COMP_CWORD == 2 )); then
      COMPREPLY=($(compgen -W ${quoted(wordsAfter(commands, '').map(({ word }) => word))} -- "$cur"))
      return
    fi
    command=\${COMP_WORDS[2]} at=2
  fi
  if (( COMP_CWORD == at + 1 )) && [[ $cur != -* ]]; then
    case $command in
${families.map((family) => `      ${family}) COMPREPLY=($(compgen -W ${quoted(wordsAfter(commands, family).map(({ word }) => word))} -- "$cur"));;`).join('\n')}
    esac
    (( \${#COMPREPLY[@]} > 0 )) && return
  fi
  (( at == 2 )) && return
  if (( COMP_CWORD > 2 )); then
    case "$command \${COMP_WORDS[2]}" in
      ${commands.flatMap(({ name }) => (name.includes(' ') ? [`'${name}'`] : [])).join('|')}) command="$command \${COMP_WORDS[2]}";;
    esac
  fi
  case $command:$prev in
${commands.flatMap(values).join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case $command in
${commands.map(({ name, flags }) => `      '${name}') COMPREPLY=($(compgen -W ${quoted(flags.map((flag) => flag.name))} -- "$cur"));;`).join('\n')}
    esac
    return
  fi
  case $command in
${commands.flatMap(following).join('\n')}
  esac
}
complete -F ${fn} ${program}
`
}

/** What follows flags that take a value, those of one kind together. */
function values({ name, flags }: DescribedCommand): readonly string[] {
  const byAnswer = new Map<string, string[]>()
  for (const flag of flags) {
    const answer = answerTo(flag)
    if (answer !== undefined)
      byAnswer.set(answer, [...(byAnswer.get(answer) ?? []), `'${name}:${flag.name}'`])
  }
  return Array.from(byAnswer, ([answer, all]) => `    ${all.join('|')}) ${answer}return;;`)
}

function answerTo({ value }: DescribedFlag): string | undefined {
  if (value === undefined) return undefined
  if (value.kind === 'words') return `COMPREPLY=($(compgen -W ${quoted(value.words)} -- "$cur")); `
  if (value.kind === 'any') return ''
  return `compopt -o filenames; mapfile -t COMPREPLY < <(compgen ${value.kind === 'file' ? '-f' : '-d'} -- "$cur"); `
}

function following({ name, words, takesFiles }: DescribedCommand): readonly string[] {
  if (words.length > 0) return [`    '${name}') COMPREPLY=($(compgen -W ${quoted(words)} -- "$cur"));;`]
  if (!takesFiles) return []
  return [`    '${name}') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur");;`]
}

/** Words of our own, none of which has a quote or a space. */
function quoted(words: readonly string[]): string {
  return `'${words.join(' ')}'`
}

function firstWord(name: string): string {
  return name.split(' ', 1).join()
}
