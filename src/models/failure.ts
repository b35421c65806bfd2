/** Fetching or reading a model failed; the message says all there is to say. */
export class ModelFailure extends Error {
  override readonly name = 'ModelFailure';
}

/** Why a request came to nothing, in the words of whoever refused it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}
