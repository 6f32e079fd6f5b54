// What page and worker tell about their work, and that telling harms nobody.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { emit, onEmit } from '../../../../sw/channel/events.ts';
import type { ChannelEvent, EmittedEvent } from '../../../../sw/protocol/messages.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const EVENT: ChannelEvent = { type: 'kept', spans: [] };

let channels: { name: string; told: unknown[]; isClosed: boolean }[];
beforeEach(() => {
  channels = [];
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
  vi.stubGlobal('BroadcastChannel', function (name: string) {
    const channel = { name, told: [] as unknown[], isClosed: false };
    channels.push(channel);
    return { postMessage: (message: unknown) => channel.told.push(message), close: () => (channel.isClosed = true) };
  });
});
afterEach(() => {
  onEmit(() => {});
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('an event goes to the listener and to all pages, with its time and source, and leaves no channel open', () => {
  const heard: EmittedEvent[] = [];
  onEmit((event) => heard.push(event));
  emit(EVENT);
  const emitted = { type: 'kept', spans: [], at: NOW, by: 'worker' };
  expect(heard).toEqual([emitted]);
  expect(channels).toEqual([{ name: 'stillhere', told: [emitted], isClosed: true }]);
});

it('of a page says so', () => {
  vi.stubGlobal('document', {});
  emit(EVENT);
  expect(channels[0]?.told).toMatchObject([{ by: 'page' }]);
});

it('without BroadcastChannel, or with one that fails, goes to the listener alone', () => {
  const heard = vi.fn();
  onEmit(heard);
  vi.stubGlobal('BroadcastChannel', undefined);
  emit(EVENT);
  vi.stubGlobal('BroadcastChannel', function () {
    throw new DOMException('opaque origin', 'SecurityError');
  });
  emit(EVENT);
  expect(heard).toHaveBeenCalledTimes(2);
});
