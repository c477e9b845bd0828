/** What a package.json of the tree says: its exports and commands are the TypeScript files that Node runs there. */
export interface SourceManifest {
  readonly name: string
  readonly version: string
  readonly exports: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
}

/** Of use in the tree alone. */
const fieldsOfTree = ['scripts', 'devDependencies', 'workspaces', 'overrides', 'allowScripts']

/** The manifest of a package as it is published, from that in the tree. */
export function publishedManifest(source: SourceManifest): object {
  const kept = Object.entries(source).filter(([field]) => !fieldsOfTree.includes(field))
  return {
    ...Object.fromEntries(kept),
    ...(source.bin && { bin: mapValues(source.bin, (target) => builtTarget(target, 'js')) }),
    exports: mapValues(source.exports, publishedExport),
  }
}

/** The files of the tree that a manifest names. */
export function targetsOf({ exports, bin = {} }: SourceManifest): string[] {
  return [...Object.values(exports), ...Object.values(bin)]
}

/** What a file of the tree has become in dist/; what is not compiled keeps its name. */
export function builtTarget(target: string, extension: 'js' | 'd.ts'): string {
  return target.replace(/\.ts$/, `.${extension}`)
}

function publishedExport(target: string): string | { readonly types: string; readonly default: string } {
  if (!target.endsWith('.ts')) return target
  return { types: builtTarget(target, 'd.ts'), default: builtTarget(target, 'js') }
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  to: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]))
}
