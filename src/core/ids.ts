/**
 * Branded identifiers. A brand costs nothing at run time and stops a tenant
 * from being passed where a client name is meant.
 */
declare const brand: unique symbol;
type Branded<B extends string> = string & { readonly [brand]: B };

/** Echoed in `x-request-id`; unique within a process and across restarts. */
export type RequestId = Branded<'RequestId'>;
/** A model's name as the client wrote it, e.g. `llama3.2:1b`. */
export type ModelId = Branded<'ModelId'>;
/** The configured (or detected) name of an upstream; the `client_name` and `upstream` labels. */
export type UpstreamName = Branded<'UpstreamName'>;
/** An upstream's name, or `upstream/model`; the `breaker_name` label. */
export type BreakerName = Branded<'BreakerName'>;
/** Who asks, for accounting and fairness: a name the caller may choose. Never a secret. */
export type ClientId = Branded<'ClientId'>;
/** Whose cache entries may be served: derived from credentials only, never from a free header. */
export type TenantId = Branded<'TenantId'>;

export const requestId = (value: string): RequestId => value as RequestId;
export const modelId = (value: string): ModelId => value as ModelId;
export const upstreamName = (value: string): UpstreamName => value as UpstreamName;
export const breakerName = (value: string): BreakerName => value as BreakerName;
export const clientId = (value: string): ClientId => value as ClientId;
export const tenantId = (value: string): TenantId => value as TenantId;
