/** Puts an upstream's path prefix before the targets of requests. */
export class TargetPath {
  /** `scheme://host:port`. */
  readonly origin: string;
  readonly #prefix: string;
  /** The prefix already ends in `/v1`, as OpenAI-compatible servers give their base URL. */
  readonly #versioned: boolean;

  /** Throws a TypeError that shows the URL when it is not one, or not of http or https. */
  constructor(url: string) {
    let parsed: URL;
    try {
      parsed = new URL(url);
    } catch {
      throw new TypeError(`upstream url: expected http(s)://host:port, got ${JSON.stringify(url)}`);
    }
    if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')
      throw new TypeError(`upstream url: expected http or https, got ${JSON.stringify(url)}`);
    this.origin = parsed.origin;
    this.#prefix = parsed.pathname.replace(/\/+$/, '');
    this.#versioned = this.#prefix.endsWith('/v1');
  }

  of(target: string): string {
    if (this.#prefix === '') return target;
    return this.#prefix + (this.#versioned && target.startsWith('/v1/') ? target.slice(3) : target);
  }
}
