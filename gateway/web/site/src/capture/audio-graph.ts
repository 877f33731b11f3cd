/**
 * Everything that needs Web Audio: mixing several tracks into one, and metering. A single
 * microphone is not routed through here, which would delay it relative to the video.
 */
export class AudioGraph {
  #context: AudioContext | null = null;

  /** One track that mixes all of these, until they end. */
  mix(tracks: MediaStreamTrack[]): MediaStreamTrack {
    const context = this.#running();
    const mixed = context.createMediaStreamDestination();
    for (const track of tracks) {
      context.createMediaStreamSource(new MediaStream([track])).connect(mixed);
    }
    return mixed.stream.getAudioTracks()[0]!;
  }

  /** @returns `read` returns the latest samples; `stop` releases the track */
  meter(track: MediaStreamTrack): { read: () => Float32Array; stop: () => void } {
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

  /** Some browsers process no audio before the first click. */
  resume(): void {
    void this.#context?.resume().catch(() => {});
  }

  #running(): AudioContext {
    this.#context ??= new AudioContext({ latencyHint: "interactive" });
    this.resume();
    return this.#context;
  }
}
