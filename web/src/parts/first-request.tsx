import type { JSX } from 'preact';
import { usePage } from '../page-context.ts';
import { copyText } from './copy.ts';

/** Nobody has asked anything yet: how to ask. */
export function FirstRequest(): JSX.Element {
  const { snapshot } = usePage();
  const { url } = snapshot.hello.product;
  const model =
    snapshot.state.upstreams.flatMap(({ resident, models }) => [...resident, ...models])[0] ?? 'llama3.2:1b';
  const command = `curl ${url}/api/chat -d '{
  "model": "${model}",
  "messages": [{ "role": "user", "content": "What is the capital of France?" }]
}'`;
  return (
    <section class="notice" data-state="empty">
      <h2>No requests yet</h2>
      <p>Send one and watch it arrive. A second time it comes from the cache:</p>
      <pre class="code wrap" tabIndex={0}>
        {command}
      </pre>
      <div class="buttons">
        <button type="button" class="primary" onClick={() => void copyText(command, 'Command')}>
          Copy command
        </button>
      </div>
      <p>
        Clients that speak to Ollama need one change: <code>OLLAMA_HOST={url}</code>. OpenAI clients take{' '}
        <code>{url}/v1</code> as their base URL.
      </p>
    </section>
  );
}
