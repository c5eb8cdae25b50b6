/** How loud one's own microphone is, for the meter beside it. */

const EVERY = 100;

/** Calls `tell` with 0 to 1, ten times a second, until the returned function is called. */
export function measureLevel(track: MediaStreamTrack, tell: (level: number) => void): () => void {
  const Context = globalThis.AudioContext;
  if (!Context) return () => undefined;
  const context = new Context();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  source.connect(analyser);
  const samples = new Uint8Array(analyser.fftSize);
  let shown = 0;
  const timer = setInterval(() => {
    analyser.getByteTimeDomainData(samples);
    let sum = 0;
    for (const sample of samples) sum += (sample - 128) ** 2;
    const loudness = Math.min(1, Math.sqrt(sum / samples.length) / 40);
    shown = Math.max(loudness, shown * 0.7); // falls slowly, so that it can be read
    tell(Math.round(shown * 20) / 20);
  }, EVERY);
  // a call takes the sound system away ("interrupted", "suspended"): measuring goes on when it is given back
  const wake = (): void => {
    if (context.state !== "running" && context.state !== "closed") void context.resume().catch(() => undefined);
  };
  context.onstatechange = wake;
  document.addEventListener("visibilitychange", wake);
  return () => {
    context.onstatechange = null;
    document.removeEventListener("visibilitychange", wake);
    clearInterval(timer);
    source.disconnect();
    if (context.state !== "closed") void context.close();
    tell(0);
  };
}
