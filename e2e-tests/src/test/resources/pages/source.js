// A camera and a microphone that tell the truth about themselves. Each picture shows, in black and white blocks, its
// number and the time at which it was drawn; once a second the lower edge flashes, and in the same instant a beep begins.
// SourcePicture.java reads it.
//
// The pictures come from a MediaStreamTrackGenerator rather than from canvas.captureStream(), which hands a picture on when
// the compositor shows it: of 151 drawn pictures 119 arrived from captureStream(30), up to 17 ms late, and all 151 from the
// generator, the median after 1.3 ms and with the timestamps that they were given. Flash and beep leave within 10 ms of
// each other (all measured on two busy cores), because sound comes in pieces of 10 ms.

const COLUMNS = 16;
const ROWS = 9;
const FLASH_MS = 100;
const BEEP_HERTZ = 1000;

// Timers of a hidden page are slowed down, those of a worker are not.
const METRONOME = `
  let n = 0;
  onmessage = ({ data: frameRate }) => {
    const start = performance.now();
    const tick = () => {
      postMessage(null);
      n = Math.max(n + 1, Math.ceil((performance.now() - start) * frameRate / 1000));
      setTimeout(tick, start + n * 1000 / frameRate - performance.now());
    };
    tick();
  };`;

const bits = (value, count) => Array.from({ length: count }, (_, i) => Math.floor(value / 2 ** (count - 1 - i)) % 2);

const blocks = (number, clock) => {
  const shown = [...bits(number, 24), ...bits(clock % 2 ** 32, 32)];
  let sum = 0x5a;
  for (let i = 0; i < shown.length; i += 8) {
    sum = (sum * 31 + parseInt(shown.slice(i, i + 8).join(''), 2)) % 256;
  }
  return [...shown, ...bits(sum, 8)];
};

// What no encoder can make small: grain that moves by a random step with each picture.
const grain = (side) => {
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext('2d');
  const image = context.createImageData(side, side);
  for (let i = 0; i < image.data.length; i += 4) {
    image.data.fill(Math.random() * 256, i, i + 3);
    image.data[i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
};

/**
 * @param {{width?: number, height?: number, frameRate?: number, grain?: number}} wish `grain` from 0, where only a bar
 *   moves, to 1, where the middle of the picture is noise
 */
globalThis.truthfulSource = async ({ width = 640, height = 360, frameRate = 30, grain: strength = 0 } = {}) => {
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext('2d', { alpha: false });
  const noise = grain(512);
  const across = width / COLUMNS;
  const down = height / ROWS;
  const picture = new MediaStreamTrackGenerator({ kind: 'video' });
  const writer = picture.writable.getWriter();

  const sound = new AudioContext({ latencyHint: 'interactive', sampleRate: 48000 });
  await sound.resume();
  const microphone = sound.createMediaStreamDestination();
  microphone.channelCount = 1;
  const loudness = sound.createGain();
  loudness.gain.value = 0;
  const tone = sound.createOscillator();
  tone.frequency.value = BEEP_HERTZ;
  tone.connect(loudness).connect(microphone);
  tone.start();

  const draw = (number, clock, flash) => {
    pen.fillStyle = '#000';
    pen.fillRect(0, 0, width, height);
    pen.globalAlpha = strength;
    pen.drawImage(noise, Math.random() * 256, Math.random() * 256, 256, 256, 0, 4 * down, width, 3 * down);
    pen.globalAlpha = 1;
    pen.fillStyle = '#fff';
    pen.fillRect((number * 7) % width, 5 * down, across, down);
    blocks(number, clock).forEach((bit, i) => {
      if (bit) pen.fillRect((i % COLUMNS) * across, Math.floor(i / COLUMNS) * down, across, down);
    });
    if (flash) pen.fillRect(0, 7 * down, width, 2 * down);
  };

  const shown = { number: -1, clock: 0, skipped: 0 };
  let next = 0;
  let second = Math.floor(Date.now() / 1000);
  let flashUntil = 0;
  let writing = false;
  let drawnAt = 0;
  const metronome = new Worker(URL.createObjectURL(new Blob([METRONOME], { type: 'text/javascript' })));
  metronome.onmessage = async () => {
    // Ticks that waited for a busy page come all at once; a camera's pictures do not.
    if (writing || performance.now() - drawnAt < 300 / frameRate) {
      shown.skipped++;
      return;
    }
    drawnAt = performance.now();
    const clock = Date.now();
    if (Math.floor(clock / 1000) > second) {
      second = Math.floor(clock / 1000);
      flashUntil = clock + FLASH_MS;
      loudness.gain.setValueAtTime(0.5, sound.currentTime);
      loudness.gain.setValueAtTime(0, sound.currentTime + FLASH_MS / 1000);
    }
    const number = next++;
    draw(number, clock, clock < flashUntil);
    writing = true;
    await writer.write(new VideoFrame(canvas, { timestamp: Math.round(performance.now() * 1000) }));
    writing = false;
    Object.assign(shown, { number, clock });
  };
  metronome.postMessage(frameRate);

  return {
    stream: new MediaStream([picture, ...microphone.stream.getTracks()]),
    /** The last picture that was handed on entirely, and how many the machine was too slow to draw. */
    shown,
    stop() {
      metronome.terminate();
      picture.stop();
      return sound.close();
    },
  };
};
