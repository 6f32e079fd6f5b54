// Runs when the devtools open: creates the panel.
import { devtools } from './devtools-api.ts';
import { iconFile } from './manifest.ts';

devtools().panels.create('Heartbeat', iconFile(32), 'panel.html');
