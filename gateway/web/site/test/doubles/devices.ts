export const named = (name: string, message = name): Error =>
  Object.assign(new Error(message), { name });

/** Answers each request with the next script entry: an error to throw, or a stream to return. */
export class ScriptedDevices {
  readonly asked: (MediaStreamConstraints | undefined)[] = [];
  readonly #script: (Error | MediaStream)[];

  constructor(...script: (Error | MediaStream)[]) {
    this.#script = script;
  }

  getUserMedia = (constraints?: MediaStreamConstraints): Promise<MediaStream> =>
    this.#next(constraints);
  getDisplayMedia = (constraints?: DisplayMediaStreamOptions): Promise<MediaStream> =>
    this.#next(constraints);

  #next(constraints: MediaStreamConstraints | undefined): Promise<MediaStream> {
    this.asked.push(constraints);
    const answer = this.#script.shift();
    return answer instanceof Error || !answer
      ? Promise.reject(answer ?? new Error("not in the script"))
      : Promise.resolve(answer);
  }
}

/** A placeholder; no test inspects the stream. */
export const aStream = (): MediaStream => ({}) as MediaStream;
