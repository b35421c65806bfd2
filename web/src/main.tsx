import 'uplot/dist/uPlot.min.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { ErrorBoundary } from './parts/error-boundary.tsx';
import './styles/tokens.css';
import './styles/layout.css';
import './styles/parts.css';
import { applyTheme } from './theme.ts';

applyTheme();
const page = document.getElementById('page');
if (page !== null) {
  render(
    <ErrorBoundary name="The page">
      <App />
    </ErrorBoundary>,
    page,
  );
}
