// The clock of a device that is wrong, or is set while somebody reads: page and worker get a Date that is off, since a test
// must not set the machine's own clock. performance.now() is left alone, as it is on a device whose clock is set.

/** How far the clock is off, in milliseconds; and how far after it was set, `setAfterMs` after the schedule began. */
export interface DeviceClock {
  readonly offMs: number;
  readonly setAfterMs?: number | undefined;
  readonly thenOffMs?: number | undefined;
}

export class WrongClock {
  /** When it is set, epoch milliseconds; Infinity: never. */
  readonly setAtMs: number;
  readonly #offMs: number;
  readonly #thenOffMs: number;

  constructor({ offMs, setAfterMs = Infinity, thenOffMs = offMs }: DeviceClock, beganAtMs: number) {
    this.setAtMs = beganAtMs + setAfterMs;
    this.#offMs = offMs;
    this.#thenOffMs = thenOffMs;
  }

  /** To be run before any other script of a page or a worker. */
  get script(): string {
    const setAt = this.setAtMs === Infinity ? 'Infinity' : this.setAtMs;
    return `{
      const RealDate = Date;
      const now = () => RealDate.now() + (RealDate.now() < ${setAt} ? ${this.#offMs} : ${this.#thenOffMs});
      self.Date = new Proxy(RealDate, {
        construct: (target, given, self) => Reflect.construct(target, given.length ? given : [now()], self),
        get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
      });
    }`;
  }

  /** The true time at which the device's clock said `deviceMs`. */
  trueTime(deviceMs: number): number {
    const before = deviceMs - this.#offMs;
    return before < this.setAtMs ? before : deviceMs - this.#thenOffMs;
  }
}
