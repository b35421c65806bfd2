/** Says for a few seconds what was done, also to those who hear the page rather than see it. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const SHOWN_MS = 5_000;
let show: ((text: string) => void) | null = null;

export function toast(text: string): void {
  show?.(text);
}

export function Toasts(): JSX.Element {
  const [text, setText] = useState<{ readonly text: string } | null>(null);
  useEffect(() => {
    show = (next) => setText({ text: next });
    return () => {
      show = null;
    };
  }, []);
  useEffect(() => {
    if (text === null) return;
    const timer = setTimeout(() => setText(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div role="status" aria-live="polite">
      {text !== null && <p class="toast">{text.text}</p>}
    </div>
  );
}
