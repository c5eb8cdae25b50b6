/** Keeps the screen on while the meeting runs, taking the lock again whenever the page is back in front. */

export function keepAwake(): () => void {
  let lock: WakeLockSentinel | null = null;
  let wanted = true;
  const take = async (): Promise<void> => {
    if (!wanted || document.hidden || !("wakeLock" in navigator)) return;
    try {
      lock = await navigator.wakeLock.request("screen");
    } catch {
      lock = null; // low battery, or not allowed here: the screen may go dark, nothing else happens
    }
  };
  const onVisible = (): void => void take();
  document.addEventListener("visibilitychange", onVisible);
  void take();
  return () => {
    wanted = false;
    document.removeEventListener("visibilitychange", onVisible);
    void lock?.release();
  };
}
