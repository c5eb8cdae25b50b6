/** Chat of the room: messages, who is writing, and the composer. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { actions, send } from "../core/actions";
import { clockTime, list, t } from "../core/i18n";
import { iMay } from "../core/permissions";
import { chat, nameOf, participant } from "../core/selectors";
import { meeting, typing, you } from "../core/store";
import type { Message } from "../wire/messages";
import { say } from "../widgets/announce";
import { Avatar } from "../widgets/avatar";
import { Icon } from "../widgets/icon";
import { readAll } from "./chat_reading";
import { openSheet } from "./layout";
import { refusalWords, roleOf } from "./names";

type Shown = Message & { readonly pending?: boolean };

function Line({ message }: { message: Shown }): JSX.Element {
  const author = participant(message.author_id);
  const own = message.author_id === you.value?.participant_id;
  const role = author === null ? "" : roleOf(author);
  const removable = message.removed_by === null && message.pending !== true && (own || iMay("moderate"));
  const name = nameOf(message.author_id);
  return (
    <li class={removable ? "msg msg--acts" : "msg"}>
      <Avatar id={message.author_id} name={name} size="s" />
      <p class="msg__meta">
        <b>{own ? t("room.you_first") : name}</b>
        {role === "" ? "" : `（${role}）`} · {message.pending === true ? t("chat.sending") : clockTime(message.posted_at)}
      </p>
      {message.removed_by === null ? (
        <p class="msg__text">{message.text}</p>
      ) : (
        <p class="msg__text msg__text--gone">
          {message.removed_by === message.author_id ? t("chat.removed_own") : t("chat.removed_by", { name: nameOf(message.removed_by) })}
        </p>
      )}
      {removable && (
        <button
          class="btn btn--quiet btn--icon msg__act"
          type="button"
          aria-label={t("chat.message_acts", { name })}
          onClick={() => openSheet({ name: "message", message: message.message_id })}
        >
          <Icon name="more" />
        </button>
      )}
    </li>
  );
}

export function Messages(): JSX.Element {
  const shown = chat.value;
  const box = useRef<HTMLUListElement>(null);
  const last = shown[shown.length - 1];
  const newest = useRef(last?.message_id);
  useLayoutEffect(() => {
    box.current?.parentElement?.lastElementChild?.scrollIntoView({ block: "end" });
  }, [last?.message_id]);
  useEffect(() => {
    readAll();
    if (last !== undefined && newest.current !== last.message_id && last.author_id !== you.value?.participant_id) {
      say(t("chat.spoken", { name: nameOf(last.author_id), text: last.text }));
    }
    newest.current = last?.message_id;
  }, [last?.message_id]);
  const writing = typing.value.map((id) => nameOf(id));
  return (
    <div class="scrolls">
      <ul class="chat" tabIndex={0} aria-label={t("room.chat")} ref={box}>
        {shown.length === 0 && <li class="chat__none small muted">{t("chat.none")}</li>}
        {shown.map((message) => (
          <Line key={message.message_id} message={message} />
        ))}
      </ul>
      <p class="chat__writing tiny muted">{writing.length === 0 ? "" : t("chat.writing", { names: list(writing.slice(0, 3)) })}</p>
    </div>
  );
}

/** What was being written survives a change of panel. */
const draft = signal("");
const failed = signal<string | null>(null);
export const composing = signal(false);
let typingTold = 0;

function onWrite(words: string): void {
  draft.value = words;
  failed.value = null;
  if (Date.now() - typingTold > 3000) {
    typingTold = Date.now();
    actions().typing(true);
  }
}

function post(): void {
  const text = draft.value.trim();
  if (text === "") {
    document.getElementById("say")?.focus(); // nothing to send yet: the thumb meant to write
    return;
  }
  draft.value = "";
  typingTold = 0;
  actions().typing(false);
  void send("PostChat", { text }).then((outcome) => {
    if (outcome.ok) return;
    failed.value = refusalWords(outcome.code, outcome.detail);
    if (draft.value === "") draft.value = text;
  });
}

export function Composer(): JSX.Element {
  const paused = meeting.value?.chat_paused === true && !iMay("moderate");
  if (paused)
    return (
      <section class="composer composer--paused small" aria-label={t("chat.compose")}>
        <Icon name="info" />
        <p>{t("chat.paused")}</p>
      </section>
    );
  return (
    <form
      class="composer"
      aria-label={t("chat.compose")}
      onSubmit={(event) => {
        event.preventDefault();
        post();
      }}
    >
      {failed.value !== null && (
        <p class="field__error composer__error" id="say-error" role="status">
          <Icon name="warning" size="s" />
          <span>{t("chat.not_sent", { why: failed.value })}</span>
        </p>
      )}
      <label class="sr" for="say">
        {t("chat.write")}
      </label>
      <input
        class="input"
        id="say"
        name="say"
        placeholder={t("chat.write")}
        autocomplete="off"
        enterkeyhint="send"
        maxLength={2000}
        value={draft.value}
        aria-invalid={failed.value === null ? undefined : "true"}
        aria-describedby={failed.value === null ? undefined : "say-error"}
        onInput={(event) => onWrite(event.currentTarget.value)}
        onFocus={() => {
          composing.value = true;
        }}
        onBlur={() => {
          composing.value = false;
        }}
      />
      <button class="btn btn--primary btn--icon" type="submit" aria-label={t("chat.send")}>
        <Icon name="send" />
      </button>
    </form>
  );
}

/** Newest line of the chat, where there is no room for more; a tap opens it. */
export function Peek({ onOpen }: { onOpen: () => void }): JSX.Element {
  const last = [...chat.value].reverse().find((message) => message.removed_by === null);
  return (
    <button class="peek" type="button" onClick={onOpen}>
      <Icon name="chat" size="s" />
      <span>
        {last === undefined ? (
          t("chat.peek_none")
        ) : (
          <>
            <b>{last.author_id === you.value?.participant_id ? t("room.you_first") : nameOf(last.author_id)}</b> {last.text}
          </>
        )}
      </span>
    </button>
  );
}
