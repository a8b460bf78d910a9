import { render } from 'preact';
import { App } from './app.js';
import { watchEvents } from './gateway/events.js';
import { watchStatus } from './gateway/status.js';

const root = document.getElementById('app');
if (root) render(<App />, root);
watchStatus();
watchEvents();
