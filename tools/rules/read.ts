import { readYaml } from '@tidegauge/otel/settings-file'
import { UsageError } from '@tidegauge/otel/usage-error'
import { isMap, isScalar, isSeq, type ParsedNode, type YAMLMap } from 'yaml'
import { durationMs } from './duration.ts'
import type { Rule, RuleFile, RuleGroup } from './rule-file.ts'

/**
 * Reads alerting and recording rules: a file of Prometheus, a `PrometheusRule` of Kubernetes, or a file of Mimir, which puts
 * a namespace around the groups.
 *
 * @throws {UsageError} with one line that says where and how to fix it.
 */
export function readRules({ file, text }: { readonly file: string; readonly text: string }): RuleFile {
  const { documents, fault, lineOf } = readYaml(text, file)
  if (fault !== undefined) {
    const { offset, key = 'it', problem, mend } = fault
    const place = offset === undefined ? file : `${file}:${lineOf(offset)}`
    throw new UsageError(`${place}: ${key} ${problem}; ${mend}`)
  }
  const reader = new RuleReader(file, (node) => lineOf(node?.range?.[0] ?? 0))
  const groups = documents.flatMap(({ contents }) => reader.document(contents))
  return { file, groups }
}

/** Tests of rules for promtool, which lie beside the rules and are none. */
export function isRuleTest(text: string): boolean {
  return /^(rule_files|tests):/m.test(text) && !/^(groups|spec):/m.test(text)
}

type Node = ParsedNode | null | undefined

class RuleReader {
  readonly #file: string
  readonly #lineOf: (node: Node) => number

  constructor(file: string, lineOf: (node: Node) => number) {
    this.#file = file
    this.#lineOf = lineOf
  }

  document(root: Node): RuleGroup[] {
    if (root === null || root === undefined) return []
    if (!isMap(root))
      return this.#refuse(root, 'a rule file is a map with groups; give a file of Prometheus rules')
    const spec = get(root, 'spec')
    const groups = get(isMap(spec) ? spec : root, 'groups')
    if (groups === undefined)
      return this.#refuse(root, 'groups are missing; a rule file begins with "groups:"')
    if (groups === null || (isScalar(groups) && groups.value === null)) return []
    return this.#list(groups, 'groups').map((group) => this.#group(group))
  }

  #group(node: Node): RuleGroup {
    if (!isMap(node)) return this.#refuse(node, 'a group is a map with name and rules')
    const rules = get(node, 'rules')
    return {
      name: text(get(node, 'name')) ?? '',
      intervalMs: this.#duration(get(node, 'interval'), 'interval'),
      line: this.#lineOf(node),
      rules: rules === undefined ? [] : this.#list(rules, 'rules').map((rule) => this.#rule(rule)),
    }
  }

  #rule(node: Node): Rule {
    if (!isMap(node)) return this.#refuse(node, 'a rule is a map with alert or record, and expr')
    const alert = text(get(node, 'alert'))
    const record = text(get(node, 'record'))
    const name = alert ?? record
    if (name === undefined) return this.#refuse(node, 'a rule has neither alert nor record')
    if (alert !== undefined && record !== undefined)
      return this.#refuse(node, `the rule ${name} has both alert and record; keep one`)
    const expr = get(node, 'expr')
    if (text(expr) === undefined) return this.#refuse(node, `the rule ${name} has no expr`)
    return {
      kind: alert === undefined ? 'record' : 'alert',
      name,
      expr: text(expr) ?? '',
      line: this.#lineOf(node),
      exprLine: this.#lineOf(expr) + (isBlock(expr) ? 1 : 0),
      forMs: this.#duration(get(node, 'for'), 'for'),
      labels: this.#texts(get(node, 'labels'), 'labels'),
      annotations: this.#texts(get(node, 'annotations'), 'annotations'),
    }
  }

  #duration(node: Node, key: string): number | undefined {
    const written = text(node)
    if (written === undefined) return undefined
    const ms = durationMs(written)
    if (ms === undefined)
      return this.#refuse(
        node,
        `${key} is ${JSON.stringify(written)}, which is not a duration; write it like 5m`,
      )
    return ms
  }

  #texts(node: Node, key: string): ReadonlyMap<string, string> {
    if (node === undefined || node === null || (isScalar(node) && node.value === null)) return new Map()
    if (!isMap(node)) return this.#refuse(node, `${key} is not a map of texts`)
    return new Map(
      node.items.map(({ key: name, value }) => [text(name) ?? '', text(value as Node) ?? ''] as const),
    )
  }

  #list(node: Node, key: string): readonly Node[] {
    return isSeq(node) ? (node.items as Node[]) : this.#refuse(node, `${key} is not a list`)
  }

  #refuse(node: Node, reason: string): never {
    throw new UsageError(`${this.#file}:${this.#lineOf(node)}: ${reason}`)
  }
}

function get(map: YAMLMap, key: string): Node {
  return map.get(key, true) as Node
}

function text(node: Node): string | undefined {
  return isScalar(node) && node.value !== null ? String(node.value) : undefined
}

/** The text of a block begins in the line below its `|` or `>`. */
function isBlock(node: Node): boolean {
  return isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')
}
