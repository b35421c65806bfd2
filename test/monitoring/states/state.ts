/** A set of gateways that can be brought into states which leave traces in their metrics. */
export interface DrivenState extends AsyncDisposable {
  readonly name: 'alone' | 'replicas' | 'misread' | 'workers';
  /** What Prometheus scrapes. */
  readonly urls: readonly string[];
  /** Resolves when everything has happened. */
  drive(): Promise<void>;
}
