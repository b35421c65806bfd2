/** An answer with an error status, in the words a real server uses. Each wire gives it its own shape. */
export class SimulatorError extends Error {
  override readonly name = 'SimulatorError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What Ollama says when its queue of pending loads is full. The two spaces are Ollama's. */
export const SERVER_BUSY = 'server busy, please try again.  maximum pending requests exceeded';

/** What Ollama says when the process that runs the model dies. */
export const RUNNER_DIED =
  'model runner has unexpectedly stopped, this may be due to resource limitations or an internal error, check ollama server logs for details';

/** Bad options, named with their value and what was expected. */
export class SimulatorOptionsError extends Error {
  override readonly name = 'SimulatorOptionsError';
}
