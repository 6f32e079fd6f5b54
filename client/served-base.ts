// For the scripts that the server serves: they lie in the site's root folder, so their own address tells its path.
// Node has no document.
if (globalThis.document) globalThis.stillhereBase ??= import.meta.url.match(globalThis.origin + '(.*)/')?.[1];
