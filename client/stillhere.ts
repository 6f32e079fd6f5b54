// What the server gives out as /stillhere.js: the element and the functions in one file.
export * from './heartbeat-element.ts';
export * from './index.ts';
