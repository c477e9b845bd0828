/** Flags win over variables and file; they have no effect where there is no Prometheus reader. */
export interface PipelineFlags {
  readonly host?: string | undefined
  readonly port?: number | undefined
  /** Bearer token that scrapes must show. */
  readonly token?: string | undefined
}
