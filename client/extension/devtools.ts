// Runs as the devtools open: makes the panel, nothing else.
import { devtools } from './devtools-api.ts';

devtools().panels.create('Heartbeat', '', 'panel.html');
