import { type DescribedCommand, type DescribedFlag, wordsAfter } from './described.ts'

/** Writes the script that completes a program in zsh. It is a file for `fpath`, and can be sourced as well. */
export function zshCompletion(program: string, commands: readonly DescribedCommand[]): string {
  const fn = `_${program.replaceAll('-', '_')}`
  const families = [
    ...new Set(commands.flatMap(({ name }) => (name.includes(' ') ? [name.split(' ', 1).join()] : []))),
  ]
  return `#compdef ${program}
# zsh completion of ${program}. Made by: ${program} completion zsh
${fn}() {
  local command=\${words[2]}
  if (( CURRENT == 2 )); then
    local -a commands=(${described(commands, '')} 'help:Explain a command.')
    _describe -t commands command commands
    return
  fi
  if (( CURRENT == 3 )); then
    local -a commands
    case $command in
      help) commands=(${described(commands, '')});;
${families.map((family) => `      ${family}) commands=(${described(commands, family)});;`).join('\n')}
    esac
    (( \${#commands} )) && [[ $PREFIX != -* ]] && _describe -t commands command commands && return
  fi
  local taken=2
  case "$command \${words[3]}" in
    ${commands.flatMap(({ name }) => (name.includes(' ') ? [text(name)] : [])).join('|')}) command="$command \${words[3]}"; taken=3;;
  esac
  # What follows is completed as if the command were a program of its own.
  (( CURRENT -= taken - 1 ))
  words=("$command" "\${(@)words[taken+1,-1]}")
  case $command in
${commands.map((command) => `    ${text(command.name)}) _arguments -s ${specs(command)};;`).join('\n')}
  esac
}
if [[ \${funcstack[1]} == ${fn} ]]; then ${fn} "$@"; else compdef ${fn} ${program}; fi
`
}

function described(commands: readonly DescribedCommand[], before: string): string {
  return wordsAfter(commands, before)
    .map(({ word, summary }) => text(`${word}:${summary}`))
    .join(' ')
}

function specs({ flags, words, takesFiles }: DescribedCommand): string {
  const rest = words.length > 0 ? `*:word:(${words.join(' ')})` : takesFiles ? '*:file:_files' : '*: :'
  return [...flags.map(spec), rest].map(text).join(' ')
}

/** `*` since some may be repeated; the program says which may not. */
function spec({ name, help, value }: DescribedFlag): string {
  const about = `[${help.replaceAll(/[\\[\]:]/g, '\\$&')}]`
  if (value === undefined) return `*${name}${about}`
  const action =
    value.kind === 'words'
      ? `(${value.words.join(' ')})`
      : value.kind === 'any'
        ? ' '
        : value.kind === 'file'
          ? '_files'
          : '_files -/'
  return `*${name}=${about}:value:${action}`
}

/** Any text, in single quotes. */
function text(words: string): string {
  return `'${words.replaceAll("'", "'\\''")}'`
}
