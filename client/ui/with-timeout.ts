// A timeout for promises that a browser may never settle.

/** Settles like `asked`; rejects with `message` after `ms`. A later result is ignored. */
export function withTimeout<T>(ms: number, asked: Promise<T>, message: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(message)), ms);
    asked.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
