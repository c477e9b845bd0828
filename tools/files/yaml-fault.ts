/** What is wrong with a text that is no YAML or JSON, and how to mend it, in one line. */
export function yamlFault({ message }: Error, file: string): string {
  const said = message.split('\n')[0]?.replace(/[.:]$/, '') ?? ''
  if (said.startsWith('Maximum call stack')) return 'it is nested too deeply; give a file that people write'
  return `${said.charAt(0).toLowerCase()}${said.slice(1)}; mend the ${/\.json$/i.test(file) ? 'JSON' : 'YAML'}`
}
