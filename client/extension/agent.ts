// Runs inside the inspected page, where the panel injects it: reads the device's state and performs the panel's
// actions.
import type { EmittedEvent } from '../../sw/protocol/messages.ts';
import { pageSource } from '../inspector/page-source.ts';
import { AGENT, type Agent, type Answer, type Taken } from './agent-protocol.ts';

function createAgent(): Agent {
  let answers: Record<number, Answer> = {};
  let announced: EmittedEvent[] = [];
  let hasChanged = false;
  pageSource.watch((heard) => {
    if (heard) announced.push(heard);
    else hasChanged = true;
  });
  return {
    ask: (nth, question) => {
      const work: Promise<unknown> = question === 'read' ? pageSource.read() : pageSource.act(question);
      work.then(
        (value) => (answers[nth] = { value }),
        (error) => (answers[nth] = { error: error instanceof Error ? error.message : String(error) }),
      );
    },
    take: () => {
      const taken = JSON.stringify({ answers, announced, hasChanged } satisfies Taken);
      [answers, announced, hasChanged] = [{}, [], false];
      return taken;
    },
  };
}

window[AGENT] ??= createAgent();
