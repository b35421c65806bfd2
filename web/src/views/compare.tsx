import type { JSX } from 'preact';
import { usePage } from '../page-context.ts';
import { Baseline } from '../parts/baseline.tsx';
import { Comparison } from '../parts/comparison.tsx';
import { copyText } from '../parts/copy.ts';

/** Own traffic against a baseline. No comparison runs inside a gateway that serves people; here is how to run one beside it. */
export function Compare(): JSX.Element {
  const { snapshot } = usePage();
  const [upstream] = snapshot.state.upstreams;
  const own = upstream === undefined || upstream.simulator ? null : upstream;
  return (
    <>
      <header class="view-title">
        <div>
          <h1>Before/after</h1>
          <p class="note">What does protection change?</p>
        </div>
      </header>
      <Baseline />
      <Comparison />
      <section class="notice">
        <h2>What protection is worth</h2>
        <p>
          A comparison sends the same requests with the same faults several times: straight to an upstream,
          and through a gateway with each protection. Ordinary traffic cannot show that difference, because
          nobody knows what would have become of it without: a baseline shows what has changed, not why.
        </p>
        <Command
          text="llamascope compare"
          explains="The reference case on the built-in simulator, beside this gateway and without touching it. It prints the comparison and writes a report as a web page."
        />
        {own !== null && (
          <Command
            text={`llamascope compare --upstream ${own.url} --kind ${own.kind}`}
            explains="The same on your own server. It says how much it would send, and sends nothing without --yes."
          />
        )}
        <p class="note">
          In a checkout: <code>npm run -s llamascope -- compare</code>.
        </p>
        <p>
          What protection does to your own traffic now: <a href="#/cache">Cache</a> has the share of requests
          that needed no upstream, <a href="#/upstreams">Upstreams</a> has what was refused at once and what
          was tried again.
        </p>
      </section>
    </>
  );
}

function Command({ text, explains }: { readonly text: string; readonly explains: string }): JSX.Element {
  return (
    <div class="command">
      <p>{explains}</p>
      <div class="command-line">
        <pre class="code wrap">{text}</pre>
        <button type="button" aria-label={`Copy ${text}`} onClick={() => void copyText(text, 'Command')}>
          Copy
        </button>
      </div>
    </div>
  );
}
