/** A disclosure that behaves like a menu: Escape and a click elsewhere close it, Tab walks through it. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export function Menu({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event): void => {
      const at = menu.current;
      if (at === null || !at.open) return;
      if (event instanceof KeyboardEvent) {
        if (event.key !== 'Escape') return;
        at.open = false;
        at.querySelector('summary')?.focus();
      } else if (!at.contains(event.target as Element)) at.open = false;
    };
    document.addEventListener('pointerdown', close);
    document.addEventListener('focusin', close);
    document.addEventListener('keydown', close);
    return () => {
      document.removeEventListener('pointerdown', close);
      document.removeEventListener('focusin', close);
      document.removeEventListener('keydown', close);
    };
  }, []);
  const onClick = (event: Event): void => {
    // What was chosen is done; the menu has no more to say.
    if ((event.target as Element).closest('button, a') !== null && menu.current !== null)
      menu.current.open = false;
  };
  return (
    <details class="menu" ref={menu}>
      <summary aria-label={label}>
        <svg width="14" height="4" viewBox="0 0 14 4" aria-hidden="true">
          <circle cx="2" cy="2" r="1.5" fill="currentColor" />
          <circle cx="7" cy="2" r="1.5" fill="currentColor" />
          <circle cx="12" cy="2" r="1.5" fill="currentColor" />
        </svg>
      </summary>
      <div class="menu-body" onClick={onClick}>
        {children}
      </div>
    </details>
  );
}
