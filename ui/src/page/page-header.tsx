import { apiKey, isKeyRefused, setApiKey } from '../api/api-key.js';
import { formatMemory, formatSpan } from '../format.js';
import { status, statusFailure } from '../gateway/status.js';
import { ThemeChoice } from './theme-choice.js';

export function PageHeader() {
  const hasKey = apiKey.value !== '' && !isKeyRefused.value;
  return (
    <header class="page-header">
      <svg class="mark" viewBox="0 0 16 16" aria-hidden="true">
        <rect x="1" y="7" width="3.5" height="8" rx="1.2" />
        <rect x="6.25" y="1" width="3.5" height="14" rx="1.2" />
        <rect x="11.5" y="4" width="3.5" height="11" rx="1.2" />
      </svg>
      <h1>qvac gateway</h1>
      <GatewayState />
      <div class="page-tools">
        {hasKey && (
          <button type="button" class="quiet" onClick={() => setApiKey('')}>
            Forget key
          </button>
        )}
        <ThemeChoice />
      </div>
    </header>
  );
}

function GatewayState() {
  const known = status.value;
  if (isKeyRefused.value) return null;
  const failure = statusFailure.value;
  if (failure) {
    const name = failure.code === 'unreachable' ? 'unreachable' : 'refused';
    return <StateOfAll tone="bad" name={name} detail={failure.message} />;
  }
  if (!known) return <StateOfAll tone="busy" name="connecting" />;
  const detail = `up ${formatSpan(1000 * known.uptime_seconds)}, ${formatMemory(known.memory_bytes)}`;
  if (known.is_stopping) return <StateOfAll tone="busy" name="stopping" detail={detail} />;
  if (!known.is_ready) return <StateOfAll tone="busy" name="loading" detail={detail} />;
  return <StateOfAll tone="good" name="ready" detail={detail} />;
}

interface StateProps {
  readonly tone: 'good' | 'busy' | 'bad';
  readonly name: string;
  readonly detail?: string;
}

function StateOfAll({ tone, name, detail }: StateProps) {
  return (
    <p class="gateway-state" data-testid="gateway-state">
      <span class={`badge ${tone}`}>{name}</span>
      {detail !== undefined && <span class="muted">{detail}</span>}
    </p>
  );
}
