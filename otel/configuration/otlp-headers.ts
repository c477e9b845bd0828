import { parseKeyPairs } from './key-pairs.ts'
import type { OtlpHttpConfig } from './schema-readers.ts'

type Headers = Pick<OtlpHttpConfig, 'headers' | 'headers_list'>

/** The headers of an exporter; those of the list give way to those that stand alone. */
export function headersOf({ headers, headers_list: list }: Headers): Record<string, string> {
  const all = list === undefined ? {} : parseKeyPairs(list)
  for (const { name, value } of headers ?? []) if (value !== null) all[name] = value
  return all
}

/** What is wrong with the first header that cannot be sent, as the rest of a sentence and without its value. */
export function headersFault(headers: Headers, protocol: 'otlp_http' | 'otlp_grpc'): string | undefined {
  const takes = characters[protocol]
  for (const [name, value] of Object.entries(headersOf(headers))) {
    if (!takes.name.test(name)) return `has a header named ${JSON.stringify(name)}, which none can be`
    if (!takes.value.test(value))
      return `has a header, ${name}, whose value holds characters that no header takes`
    if (protocol === 'otlp_grpc' && /-bin$/i.test(name))
      return `has a header named ${name}, of which gRPC expects bytes`
  }
  return undefined
}

/** https://grpc.github.io/grpc/core/md_doc__p_r_o_t_o_c_o_l-_h_t_t_p2.html and RFC 9110, section 5.5. */
const characters = {
  otlp_grpc: { name: /^[\da-z_.-]+$/i, value: /^[\x20-\x7e]*$/ },
  otlp_http: { name: /^[!#$%&'*+.^_`|~\w-]+$/, value: /^[\t\x20-\x7e\x80-\xff]*$/ },
} as const
