import type { DeclaredMetric, LabelSet } from '../../../metrics/declared-metric.ts'
import type { Check } from '../../check.ts'
import { sourceFinding } from './source-finding.ts'

const check = 'source-unbounded-label'

/** Each new value is a new series, kept for as long as the process runs. */
export const sourceUnboundedLabel: Check = {
  name: check,
  description: 'A label takes values without bound: ids, addresses, paths, messages.',
  *run({ source }) {
    for (const metric of source?.metrics ?? []) {
      for (const label of metric.labels.keys()) {
        // A label whose values are all declared has no others.
        if (metric.labels.get(label) !== undefined || metric.library === 'catalog') continue
        const named = unboundedName(label)
        const use = firstUse(metric, label)
        if (named === undefined && use === undefined) continue
        yield sourceFinding(metric, {
          check,
          level: 'warning',
          ...(use && { at: use.at }),
          reason: named
            ? `The label ${label} of ${metric.name} is ${named}: it has as many values as there are.`
            : `The label ${label} of ${metric.name} is ${use?.what} here (${use?.text}): it has as many values as callers send.`,
          mend: 'Leave the label off, or give it one of a few words; put the value itself into the log.',
        })
      }
    }
  },
}

const names: readonly (readonly [RegExp, string])[] = [
  [
    /(^|_)(user|customer|account|session|request|trace|span|order|job|task|message|tenant|device|client)_?(id|uuid|guid)$/i,
    'an identifier',
  ],
  [/^(id|uuid|guid|did|uid)$/i, 'an identifier'],
  [/(^|_)e?mail(_address)?$/i, 'an address of a person'],
  [/(^|_)(username|user_name|user)$/i, 'a person'],
  [/(^|_)(ip|ip_address|remote_addr|client_ip)$/i, 'a network address'],
  [/(^|_)(url|uri|raw_path|full_path|query_string|user_agent|referer|referrer)$/i, 'an address'],
  [/(^|_)(error_message|err_msg|error_msg|exception_message|stack|stacktrace|message|msg)$/i, 'a text'],
  [/(^|_)(timestamp|time|token|hash|filename|file_name|file_path)$/i, 'different every time'],
]

function unboundedName(label: string): string | undefined {
  return names.find(([pattern]) => pattern.test(label))?.[1]
}

const texts: readonly (readonly [RegExp, string])[] = [
  [
    /\b(req|request|ctx|c|r)\.(query|params|body|headers?|args|form|cookies)\b|\bsearchParams\.get\(|\.(FormValue|PostFormValue|Header\.Get|URL\.Query\(\)\.Get)\(/,
    'whatever the caller sends',
  ],
  [
    /\b(req|request|r|ctx|c)\.(url|originalUrl|path|raw_path|URL(\.\w+)*|full_path|RequestURI|uri\(\))/,
    'the path of the request',
  ],
  [
    /\b(err|error|e|exc|exception|ex)\.(message|Error\(\)|to_string\(\)|stack)|\bstr\((e|err|error|exc|exception|ex)\)|\.to_string\(\).*\berr/,
    'the text of an error',
  ],
  [/\b\w*(user|customer|session|request|order|account|tenant)_?(id|Id|ID|uuid)\b/, 'an identifier'],
  [/\b(remote_?addr|remoteAddress|RemoteAddr|client_ip|\w+\.ip)\b/i, 'a network address'],
  [/\be?mail\b/i, 'an address of a person'],
  [/\b(uuid|randomUUID)\b/i, 'different every time'],
]

function firstUse(
  { labelSets }: DeclaredMetric,
  label: string,
): { readonly at: LabelSet; readonly text: string; readonly what: string } | undefined {
  for (const labels of labelSets ?? []) {
    const value = labels.byName?.get(label)
    if (value === undefined || value.literal !== undefined) continue
    const what = texts.find(([pattern]) => pattern.test(value.text))?.[1]
    if (what) return { at: labels, text: value.text.split('\n')[0] ?? '', what }
  }
  return undefined
}
