// A bound for what a browser may never answer.

/** What `asked` comes to; rejects with `message` after so long. What comes later is nobody's. */
export function withTimeout<T>(ms: number, asked: Promise<T>, message: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(message)), ms);
    asked.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
