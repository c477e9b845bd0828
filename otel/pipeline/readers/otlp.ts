import { readFileSync } from 'node:fs'
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base'
import type { OtlpHttpConfig } from '../../configuration/schema-readers.ts'

// What OTLP over HTTP and over gRPC have in common.

/** An export that was given up may still be under way; beyond this many, new ones fail at once. */
export const concurrencyLimit = 3

export function compressionOf({ compression }: Pick<OtlpHttpConfig, 'compression'>): CompressionAlgorithm {
  return compression === 'gzip' ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE
}

export function pem(file: string): Buffer
export function pem(file: string | undefined): Buffer | undefined
export function pem(file: string | undefined): Buffer | undefined {
  return file === undefined ? undefined : readFileSync(file)
}
