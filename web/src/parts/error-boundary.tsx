import { Component, type ComponentChildren } from 'preact';

interface Props {
  readonly name: string;
  readonly children: ComponentChildren;
}

/** A view that fails takes nothing else with it, and says what to report. */
export class ErrorBoundary extends Component<Props, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null };

  override componentDidCatch(error: unknown): void {
    this.setState({ error: error instanceof Error ? error : new Error(String(error)) });
  }

  override render(): ComponentChildren {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <section class="notice" role="alert">
        <h2>{this.props.name} could not be shown</h2>
        <p>This is a defect of the page; the gateway is not affected. The rest of the page goes on.</p>
        <pre class="wrap">{error.stack?.split('\n').slice(0, 4).join('\n') ?? error.message}</pre>
        <button type="button" onClick={() => this.setState({ error: null })}>
          Try again
        </button>
      </section>
    );
  }
}
