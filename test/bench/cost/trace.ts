// What a trace of Chromium says of the page's main thread. Pure.

interface Frame {
  readonly url?: string;
  readonly processId?: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  /** Microseconds on the processor, without waiting for it. */
  readonly tdur?: number;
  readonly args: {
    readonly name?: string;
    /** Of `FrameCommittedInBrowser`; and of `TracingStartedInBrowser`, for the frames that there were already. */
    readonly data?: Frame & { readonly frames?: readonly Frame[] };
  };
}

export interface TracedTime {
  /** All script, with its microtasks, on the processor. (`ScriptDuration` of Performance.getMetrics leaves microtasks out.) */
  readonly scriptMs: number;
  /** The most script in one task, on the processor: the rest of the task is the browser's and the page's own. */
  readonly longestTaskMs: number;
  /** The longest task with all that the browser did in it: on the processor, and by the clock on the wall. */
  readonly longestWholeTask: { readonly cpuMs: number; readonly wallMs: number };
  /** Layouts and style calculations that began within a script. */
  readonly forcedLayouts: number;
  readonly timers: number;
}

/** The running of a page's script: `v8.callFunction` holds the microtasks, too, which `FunctionCall` doesn't. */
const SCRIPT = ['v8.callFunction', 'v8.evaluateModule', 'FunctionCall', 'EvaluateScript', 'RunMicrotasks'];
const LAYOUT = ['Layout', 'UpdateLayoutTree'];
export const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'v8'];

/** @param json a trace that was recorded with {@link CATEGORIES}. */
export function readTrace(json: string, url: string): TracedTime {
  const { traceEvents } = JSON.parse(json) as { traceEvents: readonly TraceEvent[] };
  const frames = traceEvents.flatMap(({ args: { data } }) => (data ? [data, ...(data.frames ?? [])] : []));
  const pid = frames.find((frame) => frame.url?.includes(url) && frame.processId !== undefined)?.processId;
  const main = traceEvents.find((event) => event.pid === pid && event.args.name === 'CrRendererMain');
  if (!main) throw new Error('The trace has no main thread of the page');
  const events = traceEvents
    .filter((event) => event.pid === pid && event.tid === main.tid && event.ph === 'X')
    .toSorted((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));

  const scripts: TraceEvent[] = [];
  let scriptEnds = -Infinity;
  let forcedLayouts = 0;
  for (const event of events) {
    const isWithin = event.ts < scriptEnds;
    if (LAYOUT.includes(event.name) && isWithin) forcedLayouts++;
    if (!SCRIPT.includes(event.name) || isWithin) continue;
    scripts.push(event);
    scriptEnds = event.ts + (event.dur ?? 0);
  }
  const tasks = events.filter(({ name }) => name === 'RunTask');
  const scriptOf = (task: TraceEvent): number =>
    scripts
      .filter(({ ts }) => ts >= task.ts && ts < task.ts + (task.dur ?? 0))
      .reduce((sum, event) => sum + cpuMs(event), 0);
  return {
    scriptMs: scripts.reduce((sum, event) => sum + cpuMs(event), 0),
    longestTaskMs: Math.max(0, ...tasks.map(scriptOf)),
    longestWholeTask: {
      cpuMs: Math.max(0, ...tasks.map(cpuMs)),
      wallMs: Math.max(0, ...tasks.map(({ dur = 0 }) => dur / 1_000)),
    },
    forcedLayouts,
    timers: events.filter(({ name }) => name === 'TimerFire').length,
  };
}

function cpuMs({ dur = 0, tdur = dur }: TraceEvent): number {
  return tdur / 1_000;
}
