// Runs when the devtools open: creates the panel.
import { devtools } from './devtools-api.ts';

devtools().panels.create('Heartbeat', '', 'panel.html');
