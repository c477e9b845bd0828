import { readFileSync } from 'node:fs'
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base'
import { parseKeyPairs } from '../../configuration/key-pairs.ts'
import type { OtlpHttpConfig } from '../../configuration/schema-readers.ts'

// What OTLP over HTTP and over gRPC have in common.

/** An export that was given up may still be under way; beyond this many, new ones fail at once. */
export const concurrencyLimit = 3

export function compressionOf({ compression }: Pick<OtlpHttpConfig, 'compression'>): CompressionAlgorithm {
  return compression === 'gzip' ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE
}

export function headersOf(config: Pick<OtlpHttpConfig, 'headers' | 'headers_list'>): Record<string, string> {
  const headers = config.headers_list === undefined ? {} : parseKeyPairs(config.headers_list)
  for (const { name, value } of config.headers ?? []) if (value !== null) headers[name] = value
  return headers
}

export function pem(file: string): Buffer
export function pem(file: string | undefined): Buffer | undefined
export function pem(file: string | undefined): Buffer | undefined {
  return file === undefined ? undefined : readFileSync(file)
}

export function withoutCredentials(endpoint: string): string {
  return endpoint.replace(/^([a-z]+:\/\/)[^/@]+@/, '$1')
}
