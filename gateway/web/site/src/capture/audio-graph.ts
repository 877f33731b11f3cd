/**
 * What needs Web Audio: joining several sounds into one track, and listening to how loud it is. A microphone alone goes
 * out as it is, because a detour through here would delay it against the picture.
 */
export class Sound {
  #context: AudioContext | null = null;

  /** One track of all these; they are heard for as long as they live. */
  mix(tracks: MediaStreamTrack[]): MediaStreamTrack {
    const context = this.#running();
    const mixed = context.createMediaStreamDestination();
    for (const track of tracks) {
      context.createMediaStreamSource(new MediaStream([track])).connect(mixed);
    }
    return mixed.stream.getAudioTracks()[0]!;
  }

  /** @returns reads the latest samples; `stop` lets go of the track */
  listen(track: MediaStreamTrack): { read: () => Float32Array; stop: () => void } {
    const context = this.#running();
    const analyser = new AnalyserNode(context, { fftSize: 2048, smoothingTimeConstant: 0 });
    const source = context.createMediaStreamSource(new MediaStream([track]));
    source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    return {
      read: () => {
        analyser.getFloatTimeDomainData(samples);
        return samples;
      },
      stop: () => source.disconnect(),
    };
  }

  /** Some browsers let nothing be heard, and so nothing be mixed, before the first click. */
  wake(): void {
    void this.#context?.resume().catch(() => {});
  }

  #running(): AudioContext {
    this.#context ??= new AudioContext({ latencyHint: "interactive" });
    this.wake();
    return this.#context;
  }
}
