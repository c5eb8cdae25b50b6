/** The code by which those in the hall sign in with their own phone: a new one every ten seconds, so that a photograph of it is worth nothing. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { actions, type HallCode as Code } from "../../core/actions";
import { now, second } from "../../core/clock";
import { t } from "../../core/i18n";
import { meeting } from "../../core/store";
import { Ring } from "../../widgets/bar";
import { MeetingPhase } from "../../wire/messages";

const ROTATES = 10_000;
/** After a failure, so long until the next attempt (ms). */
const AGAIN = 3_000;

/** The code to show; null: none, and the screen has room for the agenda. */
export const hallCode = signal<Code | null>(null);

/** Begin to fetch codes while the meeting is open. */
export function useHallCode(): void {
  const running = meeting.value?.phase === MeetingPhase.OPEN;
  useEffect(() => {
    if (!running) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const next = async (): Promise<void> => {
      const got = await actions().hallCode();
      if (over) return;
      if (got !== null || (hallCode.peek()?.ends_at ?? 0) < now()) hallCode.value = got; // an old one admits nobody
      timer = setTimeout(() => void next(), got === null ? AGAIN : Math.max(200, got.ends_at - got.now + 50));
    };
    void next();
    return () => {
      over = true;
      clearTimeout(timer);
      hallCode.value = null;
    };
  }, [running]);
}

export function HallCode({ code }: { code: Code }): JSX.Element {
  const left = Math.min(ROTATES, Math.max(0, code.ends_at - second.value));
  return (
    <aside class="hall__aside hall__sign-in" aria-label={t("stage.sign_in")}>
      <div>
        <h2>{t("stage.sign_in")}</h2>
        <p class="muted">{t("stage.sign_in_words")}</p>
      </div>
      <div class="hall__qr">
        <img
          src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(code.svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '))}`}
          alt={t("stage.code")}
        />
      </div>
      <p class="hall__renew">
        <Ring left={left / ROTATES} calm />
        <span>{t("stage.renews", { n: Math.ceil(left / 1000) })}</span>
      </p>
    </aside>
  );
}
