/** As the system has it, unless the reader chose. */
import { createContext, type Context } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** For what is drawn rather than styled: charts read their colours anew when it changes. */
export const ThemeContext: Context<'light' | 'dark'> = createContext<'light' | 'dark'>('light');

export type ThemeChoice = 'system' | 'light' | 'dark';
const KEY = 'llamascope.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}

const shown = (choice: ThemeChoice): 'light' | 'dark' =>
  choice === 'system' ? (dark.matches ? 'dark' : 'light') : choice;

export function applyTheme(choice: ThemeChoice = stored()): 'light' | 'dark' {
  const theme = shown(choice);
  document.documentElement.dataset['theme'] = theme;
  return theme;
}

export function useTheme(): {
  readonly choice: ThemeChoice;
  readonly theme: 'light' | 'dark';
  readonly choose: (choice: ThemeChoice) => void;
} {
  const [choice, setChoice] = useState(stored);
  const [theme, setTheme] = useState(() => applyTheme());
  useEffect(() => {
    const changed = (): void => setTheme(applyTheme(choice));
    dark.addEventListener('change', changed);
    return () => dark.removeEventListener('change', changed);
  }, [choice]);
  return {
    choice,
    theme,
    choose(next): void {
      try {
        if (next === 'system') localStorage.removeItem(KEY);
        else localStorage.setItem(KEY, next);
      } catch {
        // Not kept, but applied.
      }
      setChoice(next);
      setTheme(applyTheme(next));
    },
  };
}
