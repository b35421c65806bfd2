import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { keepToken } from '../token.ts';

/** Asked for when the operations plane refuses without its token. */
export function TokenEntry({
  refused,
  onEntered,
}: {
  /** A token was given, and it was not the right one. */
  readonly refused: boolean;
  readonly onEntered: () => void;
}): JSX.Element {
  const [value, setValue] = useState('');
  const enter = (event: Event): void => {
    event.preventDefault();
    keepToken(value.trim());
    setValue('');
    onEntered();
  };
  return (
    <section class="notice">
      <h2>This gateway asks for its token</h2>
      <p>
        It is the <code>admin.token</code> of the configuration, or <code>LLAMASCOPE_ADMIN_TOKEN</code>. It is
        kept in this tab alone and forgotten when the tab closes.
      </p>
      <form class="filters" onSubmit={enter}>
        <label for="token" class="unseen">
          Token
        </label>
        <input
          id="token"
          type="password"
          autocomplete="current-password"
          placeholder="Token"
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
          {...(refused ? { 'aria-describedby': 'token-refused' } : {})}
        />
        <button type="submit" class="primary" disabled={value.trim() === ''}>
          Show the page
        </button>
      </form>
      {refused && (
        <p class="problem" id="token-refused" role="alert">
          That token was not accepted.
        </p>
      )}
    </section>
  );
}
