/** Notes for the minutes: a line typed while it is said, its kind, and to which item and person it belongs. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { clockTime, t } from "../../core/i18n";
import { currentItem, nameOf, people } from "../../core/selectors";
import { meeting } from "../../core/store";
import type { Note, NoteKind, ParticipantId } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Chip } from "../../widgets/chip";
import { Sheet } from "../../widgets/sheet";
import { offerUndo } from "../../widgets/toast";
import { back } from "../layout";
import { AskingError, tap, useAsking } from "./asking";
import { ChoiceRow } from "./choice_row";

function Line({ note }: { note: Note }): JSX.Element {
  const again = { kind: note.kind, text: note.text, item_id: note.item_id, participant_id: note.participant_id };
  return (
    <li class="row row--top">
      <span class="row__main">
        <span class="row__sub">
          {clockTime(note.taken_at)} <Chip>{t(`console.note_${note.kind}`)}</Chip>
          {note.participant_id !== null ? ` ${nameOf(note.participant_id)}` : ""}
        </span>
        <span class="note-text">{note.text}</span>
      </span>
      <Button
        icon="remove"
        kind="quiet"
        label={t("console.remove_note")}
        onPress={() =>
          tap("RemoveNote", { note_id: note.note_id }, () =>
            offerUndo(t("console.note_removed"), t("console.undo"), () => tap("TakeNote", again)),
          )
        }
      />
    </li>
  );
}

export function NoteList(): JSX.Element {
  const notes = meeting.value?.notes ?? [];
  if (notes.length === 0) return <p class="small muted">{t("console.no_notes")}</p>;
  return (
    <ul class="rows card card--line card--flush">
      {[...notes].reverse().map((note) => (
        <Line key={note.note_id} note={note} />
      ))}
    </ul>
  );
}

export function NoteSheet({ about }: { about: ParticipantId | null }): JSX.Element {
  const asking = useAsking();
  const step = currentItem.value;
  const kind = useSignal<NoteKind>("point");
  const text = useSignal("");
  const who = useSignal<string>(about ?? "");
  const empty = text.value.trim() === "";
  return (
    <Sheet
      title={t("console.take_note")}
      onClose={back}
      foot={
        <>
          <AskingError asking={asking} />
          <div class="btn-pair btn-pair--even">
            <Button size="lg" onPress={back}>
              {t("console.cancel")}
            </Button>
            <Button
              size="lg"
              kind="primary"
              unavailable={empty ? t("console.write_first") : asking.busy ? t("console.sending") : undefined}
              onPress={() =>
                asking.ask(
                  "TakeNote",
                  { kind: kind.value, text: text.value.trim(), item_id: step?.item.item_id ?? null, participant_id: who.value || null },
                  back,
                )
              }
            >
              {t("console.write_down")}
            </Button>
          </div>
        </>
      }
    >
      <p class="small muted">{step === null ? t("console.note_no_item") : t("console.for_item", { title: step.item.title })}</p>
      <ChoiceRow
        name="note-kind"
        legend={t("console.note_kind")}
        value={kind.value}
        onChoose={(value) => {
          kind.value = value as NoteKind;
        }}
        options={(["point", "dissent", "resolution"] as const).map((one) => [one, t(`console.note_${one}`)] as const)}
      />
      <div class="field">
        <label for="note-text">{t("console.note_text")}</label>
        <textarea
          class="input"
          id="note-text"
          rows={4}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
      </div>
      <div class="field">
        <label for="note-who">{t("console.note_who")}</label>
        <select
          class="input"
          id="note-who"
          value={who.value}
          onChange={(event) => {
            who.value = event.currentTarget.value;
          }}
        >
          <option value="">{t("console.note_nobody")}</option>
          {people.value.map((p) => (
            <option key={p.participant_id} value={p.participant_id}>
              {p.name}
            </option>
          ))}
        </select>
      </div>
      <section class="stack stack--s" aria-labelledby="notes-so-far">
        <h3 class="small" id="notes-so-far">
          {t("console.notes_so_far")}
        </h3>
        <NoteList />
        <p class="tiny muted">{t("console.notes_words")}</p>
      </section>
    </Sheet>
  );
}
