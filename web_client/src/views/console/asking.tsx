/** Asking the meeting for something from the console: busy while it decides, and the reason in words when it says no. */
import { signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { send } from "../../core/actions";
import { t } from "../../core/i18n";
import type { CommandData, CommandKind } from "../../wire/messages";
import { say } from "../../widgets/announce";
import { Banner } from "../../widgets/banner";
import { Button } from "../../widgets/button";
import { Icon } from "../../widgets/icon";
import { refusalWords } from "../names";

interface Refusal {
  readonly code: string;
  readonly detail: Readonly<Record<string, number | string>>;
}

export interface Asking {
  readonly busy: boolean;
  readonly error: string | null;
  /** The refusal behind the words, for a sheet that can answer it. */
  readonly refusal: Refusal | null;
  ask<K extends CommandKind>(kind: K, data: CommandData[K], done?: () => void): void;
  /** The same of several: done when each was accepted; what is refused does not keep the others back. */
  askEach<K extends CommandKind>(kind: K, each: readonly CommandData[K][], done?: () => void): void;
}

/** For a sheet: stays open and shows the reason when refused. */
export function useAsking(): Asking {
  const busy = useSignal(false);
  const error = useSignal<string | null>(null);
  const refusal = useSignal<Refusal | null>(null);
  const askEach: Asking["askEach"] = (kind, each, done) => {
    if (busy.peek()) return;
    busy.value = true;
    error.value = refusal.value = null;
    void Promise.all(each.map((data) => send(kind, data))).then((outcomes) => {
      busy.value = false;
      const refused = outcomes.find((one) => !one.ok);
      if (refused === undefined || refused.ok) done?.();
      else {
        refusal.value = refused;
        say((error.value = refusalWords(refused.code, refused.detail)), true);
      }
    });
  };
  return { refusal: refusal.value, busy: busy.value, error: error.value, askEach, ask: (kind, data, done) => askEach(kind, [data], done) };
}

export function AskingError({ asking }: { asking: Asking }): JSX.Element | null {
  if (asking.error === null) return null;
  return (
    <p class="field__error" role="alert">
      <Icon name="warning" size="s" />
      <span>{asking.error}</span>
    </p>
  );
}

const refused = signal<string | null>(null);

/** For a button that acts at once: a refusal shows across the top of the console. */
export function tap<K extends CommandKind>(kind: K, data: CommandData[K], done?: () => void): void {
  refused.value = null;
  void send(kind, data).then((outcome) => {
    if (outcome.ok) done?.();
    else say((refused.value = refusalWords(outcome.code, outcome.detail)), true);
  });
}

/** Several acts of one button, each after the one before was accepted. */
export function tapEach(
  acts: readonly { readonly kind: CommandKind; readonly data: CommandData[CommandKind] }[],
  after: (done: boolean) => void,
): void {
  refused.value = null;
  const [first, ...rest] = acts;
  if (first === undefined) {
    after(true);
    return;
  }
  void send(first.kind, first.data).then((outcome) => {
    if (outcome.ok) tapEach(rest, after);
    else {
      say((refused.value = refusalWords(outcome.code, outcome.detail)), true);
      after(false);
    }
  });
}

export function RefusedBanner(): JSX.Element | null {
  const words = refused.value;
  if (words === null) return null;
  return (
    <Banner
      tone="error"
      icon="warning"
      title={t("console.not_done")}
      act={
        <Button
          kind="quiet"
          onPress={() => {
            refused.value = null;
          }}
        >
          {t("console.got_it")}
        </Button>
      }
    >
      {words}
    </Banner>
  );
}
