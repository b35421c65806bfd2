/** Asks before something is done that changes how the gateway answers. The browser's own dialog: it traps focus, Escape leaves it. */
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface ConfirmProps {
  readonly title: string;
  /** What will happen, and what will not. */
  readonly children: ComponentChildren;
  /** The verb of the button: never "OK". */
  readonly verb: string;
  /** Rejects with what went wrong. */
  readonly act: () => Promise<void>;
  readonly onClose: () => void;
}

export function Confirm({ title, children, verb, act, onClose }: ConfirmProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  // Before it is painted: whoever is quick must not press what is behind it.
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);
  const confirm = (): void => {
    setBusy(true);
    setProblem(null);
    act().then(
      () => dialog.current?.close(),
      (error: unknown) => {
        setBusy(false);
        setProblem(error instanceof Error ? error.message : String(error));
      },
    );
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="confirm-title" onClose={onClose}>
      <h2 id="confirm-title">{title}</h2>
      <div class="dialog-text">{children}</div>
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <div class="dialog-buttons">
        <button type="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <button type="button" class="primary" disabled={busy} onClick={confirm}>
          {busy ? 'Working…' : verb}
        </button>
      </div>
    </dialog>
  );
}
