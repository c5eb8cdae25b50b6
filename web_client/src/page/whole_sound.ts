/** While only the beginning of a long recording is there: waits for the whole and goes on with it where the listener is. */

const ASK_EVERY_MS = 2000;

/** `wanted`: where the listener wants to be, in ms. Does nothing when the whole is there already. */
export function followWhole(document: Document, sound: HTMLAudioElement, wanted: () => number): void {
  const whole = sound.dataset["whole"];
  if (!whole) return;
  const ask = async () => {
    const there = await fetch(whole, { method: "HEAD" }).then(
      (answer) => answer.ok,
      () => false,
    );
    if (!there) return void setTimeout(() => void ask(), ASK_EVERY_MS);
    const at = wanted();
    const [playing, rate] = [!sound.paused || sound.ended, sound.playbackRate];
    sound.addEventListener(
      "loadedmetadata",
      () => {
        sound.currentTime = at / 1000;
        sound.playbackRate = rate;
        if (playing) void sound.play().catch(() => undefined);
      },
      { once: true },
    );
    sound.src = whole;
    delete sound.dataset["whole"];
    document.getElementById("opening")?.remove();
  };
  setTimeout(() => void ask(), ASK_EVERY_MS);
}
