import { isKeyRefused } from './api/api-key.js';
import { announcement } from './gateway/announcement.js';
import { LogPanel } from './logs/log-panel.js';
import { ModelList } from './models/model-list.js';
import { KeyForm } from './page/key-form.js';
import { PageHeader } from './page/page-header.js';
import { Totals } from './page/totals.js';
import { Playground } from './playground/playground.js';

/** The whole page. */
export function App() {
  return (
    <>
      <PageHeader />
      <main>
        {isKeyRefused.value ? (
          <KeyForm />
        ) : (
          <>
            <Totals />
            <div class="columns">
              <ModelList />
              <Playground />
            </div>
            <LogPanel />
          </>
        )}
      </main>
      <div class="spoken" role="status" aria-live="polite">
        <p key={announcement.value.number}>{announcement.value.text}</p>
      </div>
    </>
  );
}
