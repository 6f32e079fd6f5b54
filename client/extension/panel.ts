// The panel "Heartbeat": the inspector's view of the inspected page.
import { InspectorView } from '../inspector/view.ts';
import { devtools } from './devtools-api.ts';
import { InspectedSource } from './inspected-source.ts';

const view = new InspectorView(document, new InspectedSource());
devtools().network.onNavigated.addListener(() => view.refresh());
