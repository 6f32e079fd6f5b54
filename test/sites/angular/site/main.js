// As Angular's provideServiceWorker() does.
addEventListener('load', () => void navigator.serviceWorker?.register('/ngsw-worker.js'));
