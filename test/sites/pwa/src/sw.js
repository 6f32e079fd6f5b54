import { BackgroundSyncPlugin } from 'workbox-background-sync';
import { precacheAndRoute } from 'workbox-precaching';
import { registerRoute } from 'workbox-routing';
import { NetworkOnly } from 'workbox-strategies';
import { heartbeat } from 'stillhere/sw'; // stillhere

heartbeat(); // stillhere

skipWaiting();
// oxlint-disable-next-line no-underscore-dangle -- its name in Workbox
precacheAndRoute(self.__WB_MANIFEST);
registerRoute('/order', new NetworkOnly({ plugins: [new BackgroundSyncPlugin('orders')] }), 'POST');
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
